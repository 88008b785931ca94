package schedule

import (
	"time"
)

// Names of the schedules. Those of other platforms are as these have published
// them, so that a receiver which was built for one need not change.
const (
	// NameWaybill is the default.
	NameWaybill = "waybill"
	// NameIntersoft is that of INTERSOFT (Royal Mail).
	NameIntersoft = "intersoft"
	// NameShipEngine is that of ShipEngine (ShipStation API).
	NameShipEngine = "shipengine"
	// NameAfterShip is that of AfterShip Tracking.
	NameAfterShip = "aftership"
)

// Names are those that ByName knows, the default first.
func Names() []string {
	return []string{NameWaybill, NameIntersoft, NameShipEngine, NameAfterShip}
}

// ByName is a schedule by its name, false where there is none of that name.
func ByName(name string) (Schedule, bool) {
	switch name {
	case NameWaybill:
		return Default(), true
	case NameIntersoft:
		return Schedule{Deadline: 72 * time.Hour, Waits: []time.Duration{
			5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
			5 * time.Hour, 18 * time.Hour, 24 * time.Hour, 24 * time.Hour,
		}}, true
	case NameShipEngine:
		return Schedule{Deadline: 4 * time.Hour, Waits: []time.Duration{2 * time.Hour, 2 * time.Hour}}, true
	case NameAfterShip:
		waits := doubling(30*time.Second, 13)
		return Schedule{Deadline: total(waits), Waits: waits}, true
	}
	return Schedule{}, false
}

// Default is the schedule of who chooses none (W3).
func Default() Schedule {
	return Schedule{Deadline: 72 * time.Hour, Waits: []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute,
		2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour,
	}}
}

func doubling(first time.Duration, number int) []time.Duration {
	waits := make([]time.Duration, number)
	for i := range waits {
		waits[i] = first << i
	}
	return waits
}

func total(waits []time.Duration) time.Duration {
	var sum time.Duration
	for _, wait := range waits {
		sum += wait
	}
	return sum
}
