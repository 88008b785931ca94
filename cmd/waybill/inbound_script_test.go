package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// scriptAccounts writes the file of accounts of the scripts' deployment.
func scriptAccounts(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	secret, file := filepath.Join(dir, "shippo-secret"), filepath.Join(dir, "accounts.yaml")
	require.NoError(t, os.WriteFile(secret, []byte("inbound-secret-of-32-characters-"), 0o600))
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil,
		"accounts:\n  - {name: shop, tenant: inbound-acme, source: shippo, inbound: {secrets: [{file: %q}]}}\n", secret), 0o600))
	return file
}

// post HEADERS BODY PATH sends the bytes of a file to the API's address, with the
// headers of another, and prints the status and the answer.
func post(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: post HEADERS BODY PATH")
	}
	r, err := http.NewRequest(http.MethodPost, ts.Getenv("API_URL")+args[2], strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/json")
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[0])))
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ": "); ok {
			r.Header.Set(name, value)
		}
	}
	answer, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := bufio.NewReader(answer.Body).ReadString('\n')
	ts.Check(err)
	_, err = fmt.Fprintf(ts.Stdout(), "%d %s", answer.StatusCode, text)
	ts.Check(err)
}
