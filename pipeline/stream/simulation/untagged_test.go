//go:build !synctests

package simulation

import "testing"

func TestHistories(t *testing.T) {
	t.Skip("needs the build tag synctests: make test plays the histories, or go test -tags synctests")
}
