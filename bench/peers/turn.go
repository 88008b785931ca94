package peers

import (
	"context"
	"errors"
	"fmt"

	"waybill/bench/rig"
	"waybill/schemas"
)

// turn is one of one contender, on topics of its own. It fails when what came out
// is not what is wanted.
func (b *bench) turn(ctx context.Context, v *venue, c *contender, number int) (t rig.Turn, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.common.Patience, fmt.Errorf("it took more than %s", b.common.Patience))
	defer cancel()
	s, err := newScene(ctx, b, v, c, fmt.Sprintf("%s-%d-", c.short, number))
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, s.remove(context.WithoutCancel(ctx))) }()
	p, err := c.start(ctx, s)
	if err != nil {
		return t, err
	}
	if t, err = rig.MeasureSpan(ctx, s.Stage, p, s.prefix+c.group, s.prefix+c.outputs()[0], b.load.events); err != nil {
		return t, err
	}
	o, err := s.read(ctx, c)
	if err != nil {
		return t, err
	}
	t.Wrote = o.wrote
	return t, b.check(c, o)
}

// check holds what came out to what the subset on our runtime wrote first.
func (b *bench) check(c *contender, o *outcome) error {
	if n := o.wrote[schemas.TopicDeadLetters].Records; n > 0 {
		return fmt.Errorf("%d records went to dead letters", n)
	}
	if b.want == nil {
		if c.whole {
			return errors.New("comparing what came out: there is nothing to compare with yet")
		}
		b.want = o.values
		essence, err := o.essenceOfSubset()
		b.wantEssence = essence
		return err
	}
	if !c.whole {
		return equal(b.want, o.values)
	}
	have, err := o.essence(b.codecs)
	if err != nil {
		return err
	}
	return equal(b.wantEssence, have)
}
