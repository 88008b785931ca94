package roles

import "slices"

// Names are the names of all roles, in the order of the way through.
func Names() []string {
	return []string{Tracking, Endpoints, Delivery, Quotas, ClickHouse, Baselines, Polling, API}
}

// AsksClickHouse tells whether a role needs the tables.
func AsksClickHouse(name string) bool {
	return slices.Contains([]string{ClickHouse, Baselines, API}, name)
}

// stateful tells whether a role is a job, which keeps state.
func stateful(name string) bool {
	return slices.Contains([]string{Tracking, Endpoints, Delivery, Quotas}, name)
}
