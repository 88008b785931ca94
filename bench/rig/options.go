package rig

import (
	"fmt"
	"runtime"
	"time"
)

// Options are what all measurements have in common.
type Options struct {
	Turns      int           `help:"Turns of each row that count." default:"5"`
	Warmups    int           `help:"Turns of each row before them that do not." default:"1"`
	Partitions int           `help:"Partitions of every topic." default:"4"`
	Seed       uint64        `help:"Decides everything about a load that is left to chance." default:"1"`
	Profile    string        `help:"Folder for CPU and allocation profiles, from one more turn of stream or tracking. Empty: none." placeholder:"DIR"`
	Pin        string        `help:"Cores of what is measured and of all others, as in 0-1/2-3. auto: half of them each; none: all share them." default:"auto"`
	Broker     string        `help:"What a stage's broker is: ${enum}. Apache Kafka needs Java, and make kafka once." enum:"embedded,kafka" default:"embedded"`
	Patience   time.Duration `help:"How long one turn may take; four times that in waiting." default:"5m"`

	// Sets are what StandOn made of Pin.
	Sets Sets `kong:"-"`
}

// genuineBroker is the choice of --broker that is Apache Kafka.
const genuineBroker = "kafka"

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.Turns < 1 || o.Warmups < 0 || o.Partitions < 1 {
		return fmt.Errorf("--turns %d, --warmups %d, --partitions %d: at least 1, 0 and 1 are needed", o.Turns, o.Warmups, o.Partitions)
	}
	return nil
}

// Workers is how many workers a measured process has by default: one for each
// of its cores.
func (o *Options) Workers() int {
	if n := len(o.Sets.Measured); n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}
