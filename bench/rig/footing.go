package rig

import (
	"context"
	"runtime"
)

// Footing is what all processes of a run stand on. It goes with the context,
// for it bears on every process that is started and on no measurement's own
// logic.
type Footing struct {
	Sets
	// Genuine makes each stage a broker of Apache Kafka, not the embedded one.
	Genuine bool
}

// String says it, as it stands above figures.
func (f Footing) String() string {
	if f.Genuine {
		return f.Sets.String() + "; each stage's broker is Apache Kafka"
	}
	return f.Sets.String()
}

type footingKey struct{}

// In returns a context whose processes and brokers stand on f.
func (f Footing) In(ctx context.Context) context.Context {
	return context.WithValue(ctx, footingKey{}, f)
}

// FootingOf is the one that ctx has; the zero value, which pins nothing, where
// it has none.
func FootingOf(ctx context.Context) Footing {
	f, _ := ctx.Value(footingKey{}).(Footing)
	return f
}

// OnEmbedded is ctx for what is measured on the embedded Kafka in any case.
func OnEmbedded(ctx context.Context) context.Context {
	f := FootingOf(ctx)
	f.Genuine = false
	return f.In(ctx)
}

// StandOn makes the footing that the options ask for, and pins this process,
// with all that it starts from now on, to the cores of the rest.
func StandOn(ctx context.Context, o *Options) (context.Context, error) {
	sets, err := chooseSets(o.Pin, allowedCores())
	if err != nil {
		return nil, err
	}
	if len(sets.Rest) > 0 {
		if err := pinSelf(sets.Rest); err != nil {
			return nil, err
		}
		runtime.GOMAXPROCS(len(sets.Rest))
	}
	o.Sets = sets
	return Footing{Sets: sets, Genuine: o.Broker == genuineBroker}.In(ctx), nil
}
