package roles

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// series registers what the roles show, and takes it away when they have ended:
// a series that nobody keeps up to date any more tells a lie.
type series struct {
	prometheus.Registerer

	mu    sync.Mutex
	shown []prometheus.Collector
}

func newSeries(r prometheus.Registerer) *series {
	if r == nil {
		r = prometheus.NewRegistry() // nobody looks at it
	}
	return &series{Registerer: r}
}

// Register implements prometheus.Registerer.
func (s *series) Register(c prometheus.Collector) error {
	if err := s.Registerer.Register(c); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(s.shown, c)
	return nil
}

// close takes away what is still shown.
func (s *series) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.shown {
		s.Unregister(c)
	}
	s.shown = nil
}
