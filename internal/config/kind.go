package config

import (
	"log/slog"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// kindOf says in words what a setting's value is.
func kindOf(flag *kong.Flag) string {
	kind := flag.Target.Type()
	if flag.IsSlice() {
		if kind.Elem().Kind() == reflect.String {
			return "a list of texts"
		}
		return "a list, each " + kindOfType(kind.Elem())
	}
	switch {
	case flag.Enum != "":
		return "one of " + strings.ReplaceAll(flag.Enum, ",", ", ")
	case flag.Tag.Type == "path":
		return "a path"
	}
	return kindOfType(kind)
}

func kindOfType(kind reflect.Type) string {
	switch kind {
	case reflect.TypeFor[time.Duration]():
		return "a duration such as 90s, 30m or 72h"
	case reflect.TypeFor[slog.Level]():
		return "one of debug, info, warn, error"
	case reflect.TypeFor[netip.Prefix]():
		return "a network such as 10.0.0.0/8"
	case reflect.TypeFor[netip.Addr]():
		return "an IP address such as 192.0.2.7"
	}
	switch kind.Kind() {
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	}
	return "a text"
}
