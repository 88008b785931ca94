package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// callAPI, call METHOD KEY PATH PATTERN, asks the API until its status and its
// answer match the pattern.
func callAPI(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: call METHOD KEY PATH PATTERN")
	}
	pattern, told := regexp.MustCompile(args[3]), ""
	for deadline := time.Now().Add(patienceOfTests); time.Now().Before(deadline); {
		r, err := http.NewRequest(args[0], ts.Getenv("API_URL")+args[2], http.NoBody)
		ts.Check(err)
		r.Header.Set("Authorization", "Bearer "+args[1])
		answer, err := http.DefaultClient.Do(r)
		ts.Check(err)
		text, err := io.ReadAll(answer.Body)
		ts.Check(errors.Join(err, answer.Body.Close()))
		if told = fmt.Sprint(answer.StatusCode, " ", string(text)); pattern.MatchString(told) {
			return
		}
	}
	ts.Fatalf("%s %s never answered %s; the last answer: %s", args[0], args[2], args[3], told)
}

// Each act that there is, the story of the audit does and finds.
func TestTheStoryOfTheAuditHasEveryAct(t *testing.T) {
	story, err := os.ReadFile(filepath.Join("testdata", "scripts", "audit.txtar"))
	require.NoError(t, err)
	for _, act := range schemas.AuditActs() {
		require.Regexp(t, `(?m)^until .* waybill audit --act `+act+`( |$)`, string(story))
	}
}
