package config

import (
	"errors"
	"fmt"
	"net"
	"strconv"
)

// SASLNone is the value of --kafka-sasl for brokers that ask for no login.
const SASLNone = "none"

// Kafka says which Kafka to use and how topics are laid out.
type Kafka struct {
	Brokers     []string `help:"Addresses of a Kafka, host:port. Empty: the embedded one." placeholder:"HOST:PORT" form:"address" why:"A Kafka of your own: the embedded one is for trying out and small work."`
	Port        int      `help:"Port of the embedded Kafka on loopback." default:"9092" range:"0..65535" unit:"" why:"Another one is taken. 0: any that is free."`
	Fsync       bool     `help:"Embedded Kafka waits for the disk at every write: slower, but survives a power cut." why:"What is kept matters more than speed."`
	Prefix      string   `help:"Stands before every topic name." form:"topic" why:"Two deployments share a Kafka."`
	Partitions  int      `help:"Partitions of topics that are made." default:"4" range:"1..10000" unit:"partitions" why:"More allow more instances; they cannot be reduced."`
	Replication int      `help:"Copies of every partition of topics that are made; -1 is the broker's default." default:"-1" range:"-1,1..100" unit:"copies" why:"3 survives the loss of a broker; the broker's default may be 1."`

	TLS      bool   `name:"tls" help:"Speak TLS with the brokers. Brokers that ask for it close other connections." why:"The network between is not yours alone."`
	TLSFiles TLS    `embed:"" prefix:"tls-"`
	SASL     string `name:"sasl" help:"How to log in to the brokers: none, plain, scram-sha-256 or scram-sha-512, as the listener asks for. plain shows them the password, so it needs TLS." enum:"none,plain,scram-sha-256,scram-sha-512" default:"none" why:"The brokers ask for a login."`
	User     string `help:"User to log in as. Empty: no login, for brokers that ask for none, or go by the certificate." placeholder:"NAME" why:"The brokers ask for a login."`
	Password Secret `help:"Password of the user. Better set by environment or file than by flag, where others can see it." why:"The user has one."`
}

// Addrs returns the brokers to talk to.
func (k Kafka) Addrs() []string {
	if len(k.Brokers) > 0 {
		return k.Brokers
	}
	return []string{loopback(k.Port)}
}

// checkSecured refuses what contradicts itself in how the brokers are reached.
func (k Kafka) checkSecured() error {
	if len(k.Brokers) == 0 && (k.TLS || k.SASL != SASLNone) {
		return errors.New("--kafka-tls or --kafka-sasl is set and --kafka-brokers is empty; the embedded Kafka is on loopback and speaks neither: name the brokers")
	}
	if err := k.TLSFiles.check("kafka", k.TLS); err != nil {
		return err
	}
	switch {
	case k.SASL == SASLNone && (k.User != "" || k.Password != ""):
		return errors.New("--kafka-user or --kafka-password is set and --kafka-sasl is none; say how to log in: plain, scram-sha-256 or scram-sha-512")
	case k.SASL != SASLNone && (k.User == "" || k.Password == ""):
		return fmt.Errorf("--kafka-sasl is %s and --kafka-user or --kafka-password is empty; a login needs both", k.SASL)
	}
	return nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
