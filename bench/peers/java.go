package peers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"waybill/bench/peers/subset"
	"waybill/internal/apachekafka"
	"waybill/schemas/status"
)

// java is how the peer on Kafka Streams is started.
type java struct {
	program string
	version string
	jars    string // folder
}

// jarsDir is where `make bin/kafkastreams` puts the jars, from the project's root.
const jarsDir = "bin/kafkastreams"

// findJava finds Java and the jars. The error is apachekafka.ErrUnavailable when
// this machine lacks one of them.
func findJava(ctx context.Context) (java, error) {
	program, err := apachekafka.Java()
	if err != nil {
		return java{}, err
	}
	root, err := apachekafka.Root()
	if err != nil {
		return java{}, err
	}
	if _, err := apachekafka.Jars(); err != nil {
		return java{}, err // it runs on no other broker that there is
	}
	jars := filepath.Join(root, jarsDir)
	if found, err := filepath.Glob(filepath.Join(jars, "kafka-streams-*.jar")); err != nil || len(found) == 0 {
		return java{}, fmt.Errorf("%w: Kafka Streams is not in %s; run `make %s`", apachekafka.ErrUnavailable, jars, jarsDir)
	}
	said, err := exec.CommandContext(ctx, program, "-version").CombinedOutput()
	if err != nil {
		return java{}, fmt.Errorf("asking %s for its version: %w", program, err)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	return java{program: program, version: strings.TrimSpace(lines[len(lines)-1]), jars: jars}, nil
}

// options are the JVM's. README.md says how they were chosen.
const options = "-Xms1g -Xmx1g -XX:+AlwaysPreTouch -XX:+UseParallelGC -XX:-UsePerfData -Dorg.slf4j.simpleLogger.defaultLogLevel=error"

func (j java) arguments() []string {
	return append(strings.Fields(options), "-cp", filepath.Join(j.jars, "*"), "waybill.peer.Main")
}

// modelFile writes the status model for a peer.
func (b *bench) modelFile(dir string) (string, error) {
	model, err := status.Default()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "model.tsv")
	if err := os.WriteFile(path, []byte(subset.Table(model)), 0o600); err != nil {
		return "", fmt.Errorf("writing the status model for a peer: %w", err)
	}
	return path, nil
}
