package embeddedtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"waybill/internal/embedded"
)

// ours is the ClickHouse that the tests of this binary share.
var ours server //nolint:gochecknoglobals // what outlives a test has no other place

// server is started for the first test that asks for it.
type server struct {
	mu         sync.Mutex
	clickHouse *embedded.ClickHouse
	folder     string
}

func (s *server) addr() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clickHouse != nil {
		return s.clickHouse.Addr(), nil
	}
	folder, err := os.MkdirTemp("", "waybill-clickhouse-")
	if err != nil {
		return "", fmt.Errorf("making a folder for ClickHouse: %w", err)
	}
	s.folder = folder
	s.clickHouse, err = embedded.StartClickHouse(context.Background(), embedded.ClickHouseOptions{DataDir: folder})
	if err != nil {
		s.clickHouse = nil
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return s.clickHouse.Addr(), nil
}

// end kills it: nobody needs what it has, and it would put that in order for long.
func (s *server) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clickHouse == nil {
		return nil
	}
	process, err := os.FindProcess(s.clickHouse.PID())
	if err == nil {
		err = process.Kill()
	}
	return errors.Join(err, s.clickHouse.Close(), os.RemoveAll(s.folder))
}
