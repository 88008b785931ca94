package stream

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// check says all that is wrong with a configuration that has its defaults.
func (c *Config) check() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("checking the stream configuration: "+format, args...))
	}
	for name, value := range map[string]string{"App": c.App, "Instance": c.Instance, "Changelog": c.Changelog, "DeadLetters": c.DeadLetters} {
		if value == "" {
			wrong("%s is missing", name)
		}
	}
	if len(c.Inputs) == 0 || len(c.Brokers) == 0 {
		wrong("Inputs and Brokers must name at least one each")
	}
	if c.Clock != Live && c.Clock != Log {
		wrong("Clock is %v, not live or log", c.Clock)
	}
	topics := append(c.inputs(), c.Changelog, c.DeadLetters)
	for _, b := range c.Broadcasts {
		topics = append(topics, b.Topic)
		if b.Topic == "" || b.Build == nil {
			wrong("broadcast %q needs a topic and a Build function", b.Topic)
		}
		if b.Wakes != nil && c.Clock == Log {
			wrong("broadcast %q wakes keys, which the clock log cannot: its output must not depend on when a table changes", b.Topic)
		}
	}
	slices.Sort(topics)
	if len(slices.Compact(slices.Clone(topics))) != len(topics) {
		wrong("a topic has two uses among %v", topics)
	}
	return errors.Join(append(errs, c.checkNumbers(), c.checkTimes())...)
}

func (c *Config) checkNumbers() error {
	return negatives(map[string]int64{
		"Workers": int64(c.Workers), "StandbyReplicas": int64(c.StandbyReplicas), "AcceptableLag": c.AcceptableLag,
		"MaxRestores": int64(c.MaxRestores), "MaxRestoreBytes": int64(c.MaxRestoreBytes), "MaxQueued": int64(c.MaxQueued),
		"MaxQueuedBytes": int64(c.MaxQueuedBytes), "MaxFetchBytes": int64(c.MaxFetchBytes), "MaxOverlayBytes": int64(c.MaxOverlayBytes),
		"MaxRecordBytes": int64(c.MaxRecordBytes), "MaxDeadLetterBytes": int64(c.MaxDeadLetterBytes),
		"MaxInFlightWork": int64(c.MaxInFlightWork), "MaxPoison": int64(c.MaxPoison), "MaxUnreadable": int64(c.MaxUnreadable),
	})
}

func (c *Config) checkTimes() error {
	return negatives(map[string]time.Duration{
		"StateRefresh": c.StateRefresh, "IdleMargin": c.IdleMargin, "CommitInterval": c.CommitInterval, "ShutdownTimeout": c.ShutdownTimeout,
		"TransactionTimeout": c.TransactionTimeout, "SessionTimeout": c.SessionTimeout, "PoisonWindow": c.PoisonWindow,
	})
}

// negatives refuses values that make no sense below zero.
func negatives[T cmp.Ordered](fields map[string]T) error {
	var errs []error
	var zero T
	for name, value := range fields {
		if value < zero {
			errs = append(errs, fmt.Errorf("checking the stream configuration: %s is %v: it may not be negative", name, value))
		}
	}
	return errors.Join(errs...)
}
