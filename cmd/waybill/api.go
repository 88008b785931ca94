package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"waybill/internal/apikeys"
	"waybill/internal/config"
	"waybill/internal/roles"
)

// servedAPI is where the API is served.
type servedAPI struct {
	options *roles.APIOptions // nil: there is none
	// newKey is a key that was made because there was none. Once it was told it
	// cannot be had again; until then its file can be taken back.
	newKey, newFile string
	told            bool
}

// firstTenant is whose the first key is.
const firstTenant = "default"

// listenAPI takes the API's address, before anything else starts.
func listenAPI(ctx context.Context, s *config.Settings) (*servedAPI, error) {
	if s.API.Listen == "" {
		return &servedAPI{}, nil
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", s.API.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening for the API: %w; choose another address with --api-listen", err)
	}
	if address, is := listener.Addr().(*net.TCPAddr); s.API.Keys == "" && (!is || !address.IP.IsLoopback()) {
		return nil, errors.Join(listener.Close(),
			fmt.Errorf("serving the API on %s: it is not this machine alone, so name a file of keys with --api-keys; `waybill keys new` makes one", s.API.Listen))
	}
	return &servedAPI{options: &roles.APIOptions{Listener: listener}}, nil
}

// readKeys reads the keys of the API, and makes the first one where none are
// named.
func (a *servedAPI) readKeys(s *config.Settings, log *slog.Logger) (err error) {
	if a.options == nil {
		return nil
	}
	path := s.API.Keys
	if path == "" {
		path = filepath.Join(s.Data, "api-keys.yaml")
		if a.newKey, err = apikeys.Bootstrap(path, firstTenant); err != nil {
			return err
		}
		a.newFile = path
	}
	a.options.Keys, err = apikeys.Open(path, log)
	return err
}

// address is where the API is, empty if there is none.
func (a *servedAPI) address() string {
	if a.options == nil {
		return ""
	}
	return a.options.Listener.Addr().String()
}

// console is where the console is, empty if there is none.
func (a *servedAPI) console(s *config.Settings) string {
	if a.options == nil || !s.API.Console {
		return ""
	}
	return "http://" + a.address() + "/"
}

// close lets go of the address, unless that was done, and of a key that nobody
// was told.
func (a *servedAPI) close(log *slog.Logger) {
	if a.options == nil {
		return
	}
	if err := a.options.Listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		log.Warn("closing the address of the API", "err", err)
	}
	if a.newKey == "" || a.told {
		return
	}
	if err := os.Remove(a.newFile); err != nil {
		log.Warn("taking back an API key that was not told", "err", err)
	}
}

// String says where the API is, and a new key for it.
func (a *servedAPI) String() string {
	switch {
	case a.options == nil:
		return "none"
	case a.newKey == "":
		return "http://" + a.address() + "/v4"
	}
	return "http://" + a.address() + "/v4\n              key " + a.newKey + " of tenant " + firstTenant + ", shown this once"
}
