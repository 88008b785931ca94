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

// peer is one that runs on the JVM.
type peer struct {
	name      string
	aimed     bool   // the aims are against it
	commits   string // what its commits are called
	group     string // behind the prefix; names its topics too
	changelog string // behind the prefix, empty where there is none
	target    string // of make, and the folder of its jars from the project's root
	jar       string // pattern of one that is there when the peer is
	main      string
	jars      string // the folder, when it was found
}

func newStreams() *peer {
	return &peer{
		name: "Kafka Streams", aimed: true, commits: "commit", group: "streams", changelog: "streams-parcels-changelog",
		target: "bin/kafkastreams", jar: "kafka-streams-*.jar", main: "waybill.peer.StreamsPeer",
	}
}

func newFlink() *peer {
	return &peer{
		name: "Flink", commits: "checkpoint", group: "flink",
		target: "bin/flink", jar: "flink-runtime-*.jar", main: "waybill.peer.FlinkPeer",
	}
}

// java is what runs them.
type java struct {
	program string
	version string
}

// findJava finds Java and the broker that peers need. The error is
// apachekafka.ErrUnavailable when this machine lacks one of them.
func findJava(ctx context.Context) (java, error) {
	program, err := apachekafka.Java()
	if err != nil {
		return java{}, err
	}
	if _, err := apachekafka.Jars(); err != nil {
		return java{}, err // they run on no other broker that there is
	}
	said, err := exec.CommandContext(ctx, program, "-version").CombinedOutput()
	if err != nil {
		return java{}, fmt.Errorf("asking %s for its version: %w", program, err)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	return java{program: program, version: strings.TrimSpace(lines[len(lines)-1])}, nil
}

// find looks for the jars. The error is apachekafka.ErrUnavailable when there are
// none.
func (p *peer) find() error {
	root, err := apachekafka.Root()
	if err != nil {
		return err
	}
	p.jars = filepath.Join(root, p.target)
	if found, err := filepath.Glob(filepath.Join(p.jars, p.jar)); err != nil || len(found) == 0 {
		return fmt.Errorf("%w: %s is not in %s; run `make %s`", apachekafka.ErrUnavailable, p.name, p.jars, p.target)
	}
	return nil
}

// options are the JVM's. README.md says how they were chosen.
const options = "-Xms1g -Xmx1g -XX:+AlwaysPreTouch -XX:+UseParallelGC -XX:-UsePerfData -Dorg.slf4j.simpleLogger.defaultLogLevel=error"

func (p *peer) arguments() []string {
	return append(strings.Fields(options), "-cp", filepath.Join(p.jars, "*"), p.main)
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
