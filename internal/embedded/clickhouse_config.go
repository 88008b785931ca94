package embedded

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
)

// clickHouseConfig is the server's configuration file.
type clickHouseConfig struct {
	XMLName     xml.Name `xml:"clickhouse"`
	DisplayName string   `xml:"display_name"`
	ListenHost  string   `xml:"listen_host"`
	TCPPort     int      `xml:"tcp_port"`
	HTTPPort    int      `xml:"http_port"`
	Timezone    string   `xml:"timezone"`
	MaxMemory   int64    `xml:"max_server_memory_usage,omitempty"`
	UsersConfig string   `xml:"users_config"`
}

// clickHouseUsers gives the one user without a password, to this machine alone.
// A server whose clients stay connected ends within the poll interval, seconds.
const clickHouseUsers = `<clickhouse>
  <profiles><default><poll_interval>1</poll_interval></default></profiles>
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

// writeConfig writes the files and returns the path of the server's.
func (s *clickHouseServer) writeConfig() (string, error) {
	users := filepath.Join(s.dataDir, "users.xml")
	if err := os.WriteFile(users, []byte(clickHouseUsers), plainMode); err != nil {
		return "", fmt.Errorf("writing ClickHouse's users: %w", err)
	}
	text, err := xml.MarshalIndent(clickHouseConfig{
		DisplayName: s.name,
		ListenHost:  "127.0.0.1",
		TCPPort:     s.tcpPort,
		HTTPPort:    s.httpPort,
		Timezone:    "UTC",
		MaxMemory:   s.maxMemory,
		UsersConfig: users,
	}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encoding ClickHouse's configuration: %w", err)
	}
	path := filepath.Join(s.dataDir, "config.xml")
	if err := os.WriteFile(path, text, plainMode); err != nil {
		return "", fmt.Errorf("writing ClickHouse's configuration: %w", err)
	}
	return path, nil
}
