package config

import (
	"path/filepath"
)

// Settings are all settings that commands share. Each has its default, unit
// and reason in its tag; `waybill config check` prints the effective values.
type Settings struct {
	Config     string     `help:"YAML file of settings." type:"path" placeholder:"FILE" form:"file" why:"Settings that are kept and reviewed as a file."`
	Data       string     `help:"Folder for what is kept on this machine: the jobs' state, and Kafka and ClickHouse when they are embedded." default:"data" type:"path" form:"made-folder" why:"A disk with room, or several deployments on one machine."`
	Kafka      Kafka      `embed:"" prefix:"kafka-" group:"Kafka"`
	Registry   Registry   `embed:"" prefix:"registry-" group:"Schema registry"`
	ClickHouse ClickHouse `embed:"" prefix:"clickhouse-" group:"ClickHouse"`
	Pipeline   Pipeline   `embed:"" group:"Pipeline"`
	Knowledge  Knowledge  `embed:"" group:"Knowledge"`
	Webhook    Webhook    `embed:"" prefix:"webhook-" group:"Webhooks"`
	SecretKeys string     `help:"File of the keys that endpoints' secrets and header values are sealed with, so that no topic and no state holds them readable (W10): 'waybill secrets new-key' makes one. All who add endpoints or send webhooks need the same. Empty: secrets.key in --data where Kafka is embedded; another Kafka's keys must be named." placeholder:"FILE" group:"Webhooks" type:"path" form:"file" why:"Kafka is not embedded, or the keys are kept elsewhere."`
	API        API        `embed:"" prefix:"api-" group:"HTTP API"`
	Connectors Connectors `embed:"" group:"Connectors"`
	HTTP       HTTP       `embed:"" prefix:"http-" group:"Metrics and health"`
	Log        Log        `embed:"" prefix:"log-" group:"Logs"`

	from *sources
}

// StateFolder returns the folder for the jobs' state.
func (s *Settings) StateFolder() string {
	if s.Pipeline.StateDir != "" {
		return s.Pipeline.StateDir
	}
	return filepath.Join(s.Data, "state")
}

// SecretKeysFile returns the file of keys, empty where it must be named and is
// not.
func (s *Settings) SecretKeysFile() string {
	if s.SecretKeys == "" && len(s.Kafka.Brokers) == 0 {
		return filepath.Join(s.Data, "secrets.key")
	}
	return s.SecretKeys
}

// contradictions says which settings do not go together.
func (s *Settings) contradictions() []error {
	var found []error
	for _, err := range []error{
		s.Kafka.checkSecured(), s.ClickHouse.checkSecured(), s.ClickHouse.checkCluster(), s.ClickHouse.checkKept(), s.Registry.check(),
	} {
		if err != nil {
			found = append(found, err)
		}
	}
	return found
}
