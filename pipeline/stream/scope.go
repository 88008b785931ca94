package stream

import (
	"context"
	"sync/atomic"
)

// scope is the context of the work that a transaction starts for a task (rule
// E13). It ends with the task's tenure, or when the transaction is aborted; else
// when nobody needs it any more, so that the tenure's context can forget it.
type scope struct {
	context.Context //nolint:containedctx // it is one

	cancel context.CancelFunc
	users  atomic.Int64 // the transaction while it is open, and each piece of work under way
}

func newScope(parent context.Context) *scope {
	s := &scope{}
	s.Context, s.cancel = context.WithCancel(parent)
	s.users.Store(1)
	return s
}

// leave tells that one of its users needs it no more.
func (s *scope) leave() {
	if s.users.Add(-1) == 0 {
		s.cancel()
	}
}

// enter gives the scope of the open transaction to one more piece of work.
func (te *tenure) enter() *scope {
	if te.scope == nil {
		te.scope = newScope(te.ctx)
	}
	te.scope.users.Add(1)
	return te.scope
}

// endScope ends what the transaction has to do with its scope, if the tenure has
// one. The work of one that is aborted is cancelled.
func (te *tenure) endScope(committed bool) {
	s := te.scope
	if s == nil {
		return
	}
	te.scope = nil
	if !committed {
		s.cancel()
	}
	s.leave()
}
