package config_test

import (
	"encoding"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"waybill/internal/config"
)

// settings are all settings, as the parser has them.
func settings(t *testing.T) []*kong.Flag {
	t.Helper()
	var a app
	k, err := kong.New(&a, a.Options()...)
	require.NoError(t, err)
	require.Equal(t, "help", k.Model.Flags[0].Name)
	return k.Model.Flags[1:]
}

// Whoever adds a setting says what it is, why one would change it, its default,
// and the range of a number.
func TestEverySettingSaysWhatItIs(t *testing.T) {
	for _, flag := range settings(t) {
		tag, kind := flag.Tag, flag.Target.Type()
		require.NotEmpty(t, tag.Help, "--%s has no help", flag.Name)
		_, isName := reflect.TypeAssert[encoding.TextUnmarshaler](flag.Target.Addr()) // a level of the log
		isNumber := flag.Target.CanFloat() || flag.Target.CanInt() && !isName
		if isNumber {
			require.True(t, tag.HasDefault, "--%s has no default", flag.Name)
			require.NotEmpty(t, tag.Get("range"), `--%s has no tag range; "0.." is open`, flag.Name)
			require.Equal(t, kind != reflect.TypeFor[time.Duration](), tag.Has("unit"), "--%s needs a tag unit, empty for what has none, unless it is a duration", flag.Name)
		}
		if strings.HasSuffix(flag.Name, "password") || strings.HasSuffix(flag.Name, "token") || tag.Has("secret") {
			require.Equal(t, reflect.TypeFor[config.Secret](), kind, "--%s is a secret; give it the type config.Secret, which brings --%s-file along", flag.Name, flag.Name)
		}
		if strings.HasSuffix(flag.Name, "-file") && reflect.TypeFor[string]() == kind {
			continue // of a secret
		}
		require.NotEmpty(t, tag.Get("why"), "--%s has no tag why: the reason to change it", flag.Name)
		isPath := flag.PlaceHolder == "FILE" || flag.PlaceHolder == "DIR" || tag.Type == "path"
		require.Equal(t, isPath, tag.Type == "path" && strings.Contains("file folder made-folder", tag.Get("form")), "--%s: a file or folder has the tags type:\"path\" and form", flag.Name)
	}
}

// Every number is refused outside its range, by a message with flag and range.
func TestEveryRangeIsHeld(t *testing.T) {
	tried := 0
	for _, flag := range settings(t) {
		span := flag.Tag.Get("range")
		if span == "" || flag.Tag.Type == "path" {
			continue
		}
		wrong := "-2"
		if flag.Target.Type() == reflect.TypeFor[time.Duration]() {
			wrong = "-2s"
		}
		_, err := parse(t, flag.Name+": "+wrong)
		require.ErrorContains(t, err, "--"+flag.Name+` is "`+wrong+`" (`)
		require.ErrorContains(t, err, "it must be ")
		tried++
	}
	require.Greater(t, tried, 20)
}

func TestEndsOfRanges(t *testing.T) {
	for text, right := range map[string]bool{
		"kafka: {partitions: 1}": true, "kafka: {partitions: 10000}": true, "kafka: {partitions: 10001}": false,
		"at-risk-chance: 0": false, "at-risk-chance: 0.001": true, "at-risk-chance: 1": false, "at-risk-chance: 0.999": true,
		"clickhouse: {max-memory: 0}": true, "clickhouse: {max-memory: 1}": false, "clickhouse: {max-memory: 99999999999}": true,
		"commit-interval: 1ms": true, "commit-interval: 999us": false, "commit-interval: 1m": true, "commit-interval: 60001ms": false,
		"clickhouse: {keep-shipments: 0, keep-events: 120}": true, "clickhouse: {keep-shipments: 1}": false,
		"api: {rate: 0}": false, "api: {rate: 0.5}": true,
	} {
		_, err := parse(t, text)
		require.Equal(t, right, err == nil, "%s: %v", text, err)
	}
}

func TestFormsOfTexts(t *testing.T) {
	for text, right := range map[string]bool{
		"kafka: {brokers: [kafka:9092, '[::1]:9092']}": true, "kafka: {brokers: kafka}": false, "kafka: {brokers: [kafka:9092, ':9092']}": false,
		"http: {listen: ':8080'}": true, "http: {listen: 127.0.0.1:0}": true, "http: {listen: '8080'}": false, "http: {listen: ':http'}": false, "http: {listen: ':65536'}": false,
		"api: {listen: ''}": true, "clickhouse: {database: a-b}": false, "clickhouse: {database: A_b1}": true, "kafka: {prefix: 'a b'}": false, "kafka: {prefix: a.b-c_}": true,
	} {
		_, err := parse(t, text)
		require.Equal(t, right, err == nil, "%s: %v", text, err)
	}
}

func TestFilesAndFoldersMustBeThere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for text, says := range map[string]string{
		"accounts: " + file: "", "data: " + filepath.Join(dir, "new"): "", "maps: " + dir: "",
		"accounts: " + dir:                    "is a folder; it must be a file",
		"quotas: " + filepath.Join(dir, "no"): "is not there",
		"maps: " + file:                       "is a file; it must be a folder",
		"state-dir: " + file:                  "is a file; it must be a folder",
		"model: " + filepath.Join(file, "x"):  "cannot be used",
	} {
		a, err := parse(t, text)
		require.NoError(t, err)
		if says == "" {
			require.NoError(t, a.CheckDisk(), text)
			continue
		}
		require.ErrorContains(t, a.CheckDisk(), says, text)
	}
}

func TestVariablesThatNothingReads(t *testing.T) {
	t.Setenv("WAYBILL_KAFKA_BROKER", "a:1")
	t.Setenv("WAYBILL_OTHER", "")
	var a app
	k, err := kong.New(&a, a.Options("WAYBILL_OTHER")...)
	require.NoError(t, err)
	_, err = k.Parse(nil)
	require.NoError(t, err)
	require.Equal(t, []string{"the variable WAYBILL_KAFKA_BROKER is read by no setting; did you mean WAYBILL_KAFKA_BROKERS?"}, a.Warnings())
}

func TestWhereValuesComeFrom(t *testing.T) {
	t.Setenv("WAYBILL_WORKERS", "3")
	password := writeSecret(t, "hunter2")
	a, err := parse(t, "kafka:\n  prefix: prod.\nstalled-after: 48h", "--state-cache", "64", "--clickhouse-password-file", password)
	require.NoError(t, err)
	found := make(map[string]config.Value)
	for _, v := range a.Values() {
		found[v.Name] = v
	}
	require.Equal(t, "WAYBILL_WORKERS", found["workers"].Source)
	require.Equal(t, "flag", found["state-cache"].Source)
	require.Equal(t, "MiB", found["state-cache"].Unit)
	require.Equal(t, "16 to 1048576 MiB", found["state-cache"].Allowed)
	require.Regexp(t, `waybill.yaml:2$`, found["kafka-prefix"].Source)
	require.Equal(t, "48h", found["stalled-after"].Value)
	require.Equal(t, "72h", found["stalled-after"].Default)
	require.Equal(t, "default", found["commit-interval"].Source)
	require.Equal(t, password, found["clickhouse-password"].Source)
	require.Equal(t, "(set)", found["clickhouse-password"].Value)
	require.Equal(t, "flag", found["clickhouse-password-file"].Source)
	require.Equal(t, "flag", found["config"].Source)
}
