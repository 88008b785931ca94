package main

import (
	"fmt"
	"runtime"
)

type versionCmd struct{ formatFlag }

func (*versionCmd) Help() string {
	return `Example:

    waybill version --format json`
}

func (c *versionCmd) Run() error {
	if c.json() {
		return printJSON(map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
	}
	_, err := fmt.Printf("waybill %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
