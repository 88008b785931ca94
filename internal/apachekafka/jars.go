package apachekafka

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrUnavailable says that this machine lacks Java or the jars. Someone decides
// by it: tests skip.
var ErrUnavailable = errors.New("no Apache Kafka on this machine")

// jarsDir is where `make bin/kafka` puts the jars, from the project's root.
const jarsDir = "bin/kafka"

// Java returns the program to run Java with: that of JAVA_HOME, or the one on the
// path. The error is ErrUnavailable when there is none.
func Java() (string, error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		return filepath.Join(home, "bin", "java"), nil
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return "", fmt.Errorf("%w: there is no java on the path, version 17 or later: %w", ErrUnavailable, err)
	}
	return java, nil
}

// Jars returns the folder of the brokers' jars in the project that the working
// directory lies in. The error is ErrUnavailable when there are none.
func Jars() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	jars := filepath.Join(root, jarsDir)
	if found, err := filepath.Glob(filepath.Join(jars, "kafka_*.jar")); err != nil || len(found) == 0 {
		return "", fmt.Errorf("%w: its jars are not in %s; run `make %s`", ErrUnavailable, jars, jarsDir)
	}
	return jars, nil
}

// Root returns the project's folder, which the working directory lies in. The
// error is ErrUnavailable when it lies in none.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the project's folder: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%w: the working directory lies in no project", ErrUnavailable)
		}
		dir = parent
	}
}
