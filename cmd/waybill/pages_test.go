package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/embedded"
	"waybill/internal/ports/portstest"
)

// A page's blocks of sh are run in their order, in one folder, and a variable
// that one sets is there for the next. "sh background" is a terminal of its own,
// in which the command stays. A block of text is what the command before it
// says, or, as "text background", what that terminal says by then: each of its
// lines must come, in this order, "..." stands for anything, and white space
// does not count. Until it says so, the command is run again.
type pageRun struct {
	t         *testing.T
	dir       string
	env       []string
	addresses *strings.Replacer
	terminal  *process // the last one
}

// pageNeeds are what commands of pages use beside waybill.
var pageNeeds = []string{"bash", "curl", "jq", "make"}

// newPageRun prepares a folder in which bin/waybill is this program. Addresses
// are pairs: one that pages show, and what stands for it in the test.
func newPageRun(t *testing.T, env []string, addresses ...string) *pageRun {
	t.Helper()
	for _, tool := range pageNeeds {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the commands of this page need %s: %v", tool, err)
		}
	}
	library := needEngine(t)
	program, err := exec.LookPath("waybill")
	require.NoError(t, err)
	root, err := filepath.Abs(projectRoot)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bin"), 0o755))
	require.NoError(t, os.Symlink(program, filepath.Join(dir, "bin", "waybill")))
	for _, folder := range []string{"docs", "schemas"} {
		require.NoError(t, os.Symlink(filepath.Join(root, folder), filepath.Join(dir, folder)))
	}
	// What make would do is looked up, and not done: it is there already.
	addresses = append(addresses, "make ", "make -n -C "+root+" ", "go run ./", "go -C "+root+" run ./")
	return &pageRun{t: t, dir: dir, env: append(env, embedded.LibraryEnv+"="+library), addresses: strings.NewReplacer(addresses...)}
}

// play runs the blocks of a page, or of some of its sections.
func (r *pageRun) play(page string, sections ...string) {
	file, err := os.ReadFile(filepath.Join(projectRoot, "docs", page))
	require.NoError(r.t, err)
	text := string(file)
	if len(sections) > 0 {
		text = ""
		for part := range strings.SplitSeq(string(file), "\n## ") {
			if title, _, _ := strings.Cut(part, "\n"); slices.Contains(sections, title) {
				text += part
			}
		}
	}
	blocks := fence.FindAllStringSubmatch(text, -1)
	require.NotEmpty(r.t, blocks, page)
	for i, block := range blocks {
		code := r.addresses.Replace(block[2])
		switch block[1] {
		case "sh":
			var says []string
			if i+1 < len(blocks) && blocks[i+1][1] == "text" {
				says = strings.Split(strings.TrimSpace(r.addresses.Replace(blocks[i+1][2])), "\n")
			}
			r.run(page, code, says)
		case "sh background":
			r.open(code)
		case "text background":
			for line := range strings.SplitSeq(strings.TrimSpace(code), "\n") {
				r.terminal.await(r.t, r.terminal.stdout, "(?m)"+linePattern(line).String())
			}
		}
	}
}

// run runs a block until it says what the page shows.
func (r *pageRun) run(page, code string, says []string) {
	for deadline := time.Now().Add(patienceOfTests); ; {
		out, err := r.shell(code).CombinedOutput()
		missing := missingLine(string(out), says)
		if err == nil && missing == "" {
			return
		}
		if len(says) == 0 || time.Now().After(deadline) || r.terminal != nil && r.terminal.over() {
			require.FailNow(r.t, page+": it does not say: "+missing, "%s\n%v\n%s", code, err, out)
		}
	}
}

// shell is a block, which knows the variables of those before it.
func (r *pageRun) shell(code string) *exec.Cmd {
	const script = "set -euo pipefail; set -a; if [ -e .vars ]; then . ./.vars; fi\n%s\nexport -p | grep -v ' WAYBILL_' > .vars"
	command := exec.Command("bash", "-c", fmt.Sprintf(script, strings.TrimSpace(code)))
	command.Dir = r.dir
	command.Env = append(os.Environ(), r.env...)
	return command
}

// open runs a block in the background until the test ends.
func (r *pageRun) open(code string) {
	p := &process{command: r.shell(code), stdout: newOutput(), stderr: newOutput(), ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = p.stdout, p.stderr
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(r.t, p.command.Start())
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	r.t.Cleanup(func() {
		_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGTERM) // fails where it has ended already
		p.wait(r.t)
		if r.t.Failed() {
			r.t.Logf("%s said:\n%s\n%s", code, p.stdout.tail(), p.stderr.tail())
		}
	})
	r.terminal = p
}

// missingLine returns the first line that a text does not have in its place.
func missingLine(text string, lines []string) string {
	said := strings.Split(text, "\n")
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		pattern, found := linePattern(line), false
		for i := range said {
			if found = pattern.MatchString(said[i]); found {
				said = said[i+1:]
				break
			}
		}
		if !found {
			return line
		}
	}
	return ""
}

// linePattern is what a line must be that a page shows.
func linePattern(line string) *regexp.Regexp {
	words := strings.Fields(line)
	for i, word := range words {
		words[i] = strings.ReplaceAll(regexp.QuoteMeta(word), `\.\.\.`, ".*")
	}
	return regexp.MustCompile(`^\s*` + strings.Join(words, `\s+`) + `\s*$`)
}

// A new user's path: from nothing to a webhook, a registration and a report.
func TestQuickStart(t *testing.T) {
	t.Parallel()
	api := portstest.Address(t)
	env := []string{"WAYBILL_HTTP_LISTEN=" + portstest.Address(t), "WAYBILL_API_LISTEN=" + api}
	for _, setting := range []string{"KAFKA_PORT", "CLICKHOUSE_PORT", "CLICKHOUSE_HTTP_PORT"} {
		env = append(env, fmt.Sprintf("WAYBILL_%s=%d", setting, portstest.Port(t)))
	}
	newPageRun(t, env, "127.0.0.1:8081", api, "127.0.0.1:8099", portstest.Address(t)).play("quick-start.md")
}

// The pages that need nothing but a running deployment share one.
func TestPages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	up := startUp(t, dir)
	addresses := []string{"127.0.0.1:9092", up.Kafka[0], "127.0.0.1:8080", up.HTTP, "127.0.0.1:8081", up.API}
	t.Run("reports", func(t *testing.T) { newPageRun(t, up.env(), addresses...).play("reports.md") }) // on tables that are empty
	t.Run("migrate", func(t *testing.T) {
		pages, err := filepath.Glob(filepath.Join(projectRoot, "docs", "migrate", "[a-z]*.md"))
		require.NoError(t, err)
		require.Len(t, pages, 5)
		for _, page := range pages {
			newPageRun(t, up.env(), addresses...).play(filepath.Join("migrate", filepath.Base(page)))
		}
	})
	t.Run("producers", func(t *testing.T) { testProducers(t, up, addresses) })
}

// Each sample is run where its runtime is there. They are told apart by their
// parcels.
func testProducers(t *testing.T, up *running, addresses []string) {
	samples, err := filepath.Abs(filepath.Join(projectRoot, "bin", "producer-samples"))
	require.NoError(t, err)
	for section, needs := range map[string]string{
		"Go": "go", "kcat": "kcat", "Python": filepath.Join(samples, "python", "bin", "python"), "JavaScript": filepath.Join(samples, "node_modules"),
	} {
		t.Run(section, func(t *testing.T) {
			if _, err := exec.LookPath(needs); err != nil {
				if _, err := os.Stat(needs); err != nil {
					t.Skipf("no %s for this sample, see `make bin/producer-samples`: %v", section, err)
				}
			}
			t.Parallel()
			run := newPageRun(t, up.env(), addresses...)
			there := filepath.Join(run.dir, "bin", "producer-samples")
			require.NoError(t, os.Mkdir(there, 0o755))
			for _, part := range []string{"python", "node_modules"} {
				require.NoError(t, os.Symlink(filepath.Join(samples, part), filepath.Join(there, part)))
			}
			run.play("producers.md", "Set up", section)
		})
	}
}
