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

// findJava returns the Java to run brokers with: that of JAVA_HOME, or the one
// on the path.
func findJava() (string, error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		return filepath.Join(home, "bin", "java"), nil
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return "", fmt.Errorf("%w: there is no java on the path, version 17 or later: %w", ErrUnavailable, err)
	}
	return java, nil
}

// findJars returns the folder of the jars in the project that the working
// directory lies in.
func findJars() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the project's folder: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%w: the working directory lies in no project", ErrUnavailable)
		}
		dir = parent
	}
	jars := filepath.Join(dir, jarsDir)
	if found, err := filepath.Glob(filepath.Join(jars, "kafka_*.jar")); err != nil || len(found) == 0 {
		return "", fmt.Errorf("%w: its jars are not in %s; run `make %s`", ErrUnavailable, jars, jarsDir)
	}
	return jars, nil
}
