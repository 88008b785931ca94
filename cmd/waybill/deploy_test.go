package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

const projectRoot = "../.."

// mountedSecrets are where containers find secrets.
var mountedSecrets = regexp.MustCompile(`^(/run/secrets|/etc/waybill/secrets)/`)

// parseWith parses a command with settings from the environment, every one of
// which must be a setting and have a value that it takes. Secrets that would be
// mounted are files with any content.
func parseWith(t *testing.T, env map[string]string, args []string) *cli {
	t.Helper()
	commands := &cli{}
	parser, err := newParser(commands)
	require.NoError(t, err)
	known := map[string]bool{}
	for _, flag := range parser.Model.Flags {
		for _, name := range flag.Envs {
			known[name] = true
		}
	}
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("any"), 0o600))
	for name, value := range env {
		require.True(t, known[name], "%s is read by no setting", name)
		if mountedSecrets.MatchString(value) {
			value = secret
		}
		require.NoError(t, os.Setenv(name, value))
		defer os.Unsetenv(name)
	}
	_, err = parser.Parse(args)
	require.NoError(t, err, "%v with %v", args, env)
	require.Empty(t, commands.Warnings())
	return commands
}
