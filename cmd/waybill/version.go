package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

type versionCmd struct{ formatFlag }

func (*versionCmd) Help() string {
	return `With --format json it also tells the commit, whether anything was changed since, and the settings of the build.

Example:

    waybill version --format json`
}

// build is what the binary tells of its making.
type build struct {
	Version  string            `json:"version"`
	Go       string            `json:"go"`
	Platform string            `json:"platform"`
	Commit   string            `json:"commit"`   // empty where it was not built in a repository
	Time     string            `json:"time"`     // of the commit
	Modified bool              `json:"modified"` // there were changes that are in no commit
	Settings map[string]string `json:"settings"` // of the compiler and the linker
}

// thisBuild reads what the compiler left in the binary.
func thisBuild() build {
	b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Settings: map[string]string{}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, setting := range info.Settings {
		switch key, ofSource := strings.CutPrefix(setting.Key, "vcs."); {
		case !ofSource:
			b.Settings[key] = setting.Value
		case key == "revision":
			b.Commit = setting.Value
		case key == "time":
			b.Time = setting.Value
		case key == "modified":
			b.Modified = setting.Value == "true"
		}
	}
	return b
}

func (c *versionCmd) Run() error {
	b := thisBuild()
	if c.json() {
		return printJSON(b)
	}
	_, err := fmt.Printf("waybill %s (%s, %s)\n", b.Version, b.Go, b.Platform)
	return err
}
