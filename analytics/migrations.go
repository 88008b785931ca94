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
		all = append(all, newMigration(strings.TrimSuffix(path.Base(name), ".sql"), string(text)))
	}
	return all, nil
}

func newMigration(name, text string) migration {
	text = strings.ReplaceAll(text, "\r\n", "\n") // a checkout on Windows is the same file
	sum := sha256.Sum256([]byte(text))
	return migration{name: name, checksum: hex.EncodeToString(sum[:]), statements: splitStatements(text)}
}

// splitStatements cuts a file of SQL. A statement ends with a semicolon at the
// end of a line; lines that are comments from their start are left out.
func splitStatements(text string) []string {
	var statements []string
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
	if len(lines) > 0 {
		statements = append(statements, strings.Join(lines, "\n"))
	}
	return statements
}
