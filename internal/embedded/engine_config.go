package embedded

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
)

// engineConfig is the server's configuration file.
type engineConfig struct {
	XMLName     xml.Name `xml:"clickhouse"`
	DisplayName string   `xml:"display_name"`
	ListenHost  string   `xml:"listen_host"`
	TCPPort     int      `xml:"tcp_port"`
	HTTPPort    int      `xml:"http_port"`
	Timezone    string   `xml:"timezone"`
	MaxMemory   int64    `xml:"max_server_memory_usage,omitempty"`
	UsersConfig string   `xml:"users_config"`
}

// engineUsers gives the one user without a password, to this machine alone.
const engineUsers = `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password></password>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </default>
  </users>
</clickhouse>
`

// writeEngineConfig writes the files and returns the path of the server's.
func writeEngineConfig(a *engineArgs) (string, error) {
	users := filepath.Join(a.dataDir, "users.xml")
	if err := os.WriteFile(users, []byte(engineUsers), plainMode); err != nil {
		return "", fmt.Errorf("writing the engine's users: %w", err)
	}
	text, err := xml.MarshalIndent(engineConfig{
		DisplayName: a.name,
		ListenHost:  "127.0.0.1",
		TCPPort:     a.tcpPort,
		HTTPPort:    a.httpPort,
		Timezone:    "UTC",
		MaxMemory:   a.maxMemory,
		UsersConfig: users,
	}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encoding the engine's configuration: %w", err)
	}
	path := filepath.Join(a.dataDir, "config.xml")
	if err := os.WriteFile(path, text, plainMode); err != nil {
		return "", fmt.Errorf("writing the engine's configuration: %w", err)
	}
	return path, nil
}
