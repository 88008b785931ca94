package analytics

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one file of migrations/.
type migration struct {
	// name is the file's name without .sql: 0001_tracking_events. Names sort in
	// the order of application.
	name string
	// checksum is the SHA-256 of the text in hex.
	checksum string
	// statements can all be carried out twice without harm, for nothing keeps
	// two processes from applying the same file at once.
	statements []string
}

// migrations returns every migration in order.
func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("listing the migrations: %w", err)
	}
	all := make([]migration, 0, len(names))
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading migration %s: %w", name, err)
		}
		m, err := newMigration(strings.TrimSuffix(path.Base(name), ".sql"), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

func newMigration(name, text string) (migration, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n") // a checkout on Windows is the same file
	statements, rest := splitStatements(text)
	if rest != "" || len(statements) == 0 {
		return migration{}, fmt.Errorf("reading migration %s: the file ends within a statement (%.60q), or has none; each ends with a semicolon at the end of a line", name, rest)
	}
	sum := sha256.Sum256([]byte(text))
	return migration{name: name, checksum: hex.EncodeToString(sum[:]), statements: statements}, nil
}

// splitStatements cuts a file of SQL. A statement ends with a semicolon at the
// end of a line; lines that are comments from their start are left out. The rest
// is a statement that does not end.
func splitStatements(text string) (statements []string, rest string) {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if strings.HasPrefix(line, "--") || (line == "" && len(lines) == 0) {
			continue
		}
		body, ends := strings.CutSuffix(line, ";")
		lines = append(lines, body)
		if ends {
			statements = append(statements, strings.Join(lines, "\n"))
			lines = nil
		}
	}
	return statements, strings.Join(lines, "\n")
}
