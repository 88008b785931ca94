package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waybill/pipeline/delivery/schedule"
	"waybill/schemas"
)

// paceFlags say how and when an endpoint is called.
type paceFlags struct {
	InFlight  *int           `help:"Highest number of calls at a time. 0: the default."`
	RateLimit *float64       `help:"Highest number of calls a second, for example 0.5. 0: no limit." placeholder:"CALLS"`
	Schedule  []string       `help:"When a webhook is tried again: waybill, intersoft, shipengine or aftership, or waits of your own such as 5s,5m,1h." placeholder:"NAME|WAIT"`
	Deadline  *time.Duration `help:"How long a webhook is tried, 1m to 336h. 0s: as long as the schedule has it." placeholder:"TIME"`
}

// take writes what was given into a command, and gives the names of the fields.
func (f *paceFlags) take(command *schemas.EndpointCommand) (changed []string, err error) {
	if f.InFlight != nil {
		command.InFlight = *f.InFlight
		changed = append(changed, "in_flight")
	}
	if f.RateLimit != nil {
		command.RateLimit = *f.RateLimit
		changed = append(changed, "rate_limit")
	}
	if f.Deadline != nil {
		command.Deadline = f.Deadline.Milliseconds()
		changed = append(changed, "deadline")
	}
	if f.Schedule == nil {
		return changed, nil
	}
	if len(f.Schedule) == 1 && slices.Contains(schedule.Names(), f.Schedule[0]) {
		command.ScheduleName = f.Schedule[0]
		return append(changed, "schedule_name"), nil
	}
	for _, text := range f.Schedule {
		wait, err := time.ParseDuration(text)
		if err != nil {
			return nil, wrongUseError{fmt.Errorf("--schedule %s is neither a wait such as 5m nor one of %s", text, strings.Join(schedule.Names(), ", "))}
		}
		command.Schedule = append(command.Schedule, wait.Milliseconds())
	}
	return append(changed, "schedule"), nil
}
