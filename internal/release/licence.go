package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// licences are those that a module of the program may have, by SPDX's names,
// each with words that no other of them has. The first that fits counts.
var licences = []struct{ id, words string }{ //nolint:gochecknoglobals // a constant table
	{"Apache-2.0", "apache license version 2.0"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"BSD-3-Clause", "neither the name of"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
}

// named are the files that may be a licence.
var named = regexp.MustCompile(`(?i)^(un)?licen[cs]e|^copying`)

// licenceIn returns the SPDX name of the licence of a module by its text. A
// module without one, or with another, is an error: we may not pass it on.
func licenceIn(folder string) (string, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	for _, file := range files {
		if file.IsDir() || !named.MatchString(file.Name()) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			return "", err
		}
		text := strings.ReplaceAll(strings.Join(strings.Fields(strings.ToLower(string(content))), " "), "license, version", "license version")
		for _, licence := range licences {
			if strings.Contains(text, licence.words) {
				return licence.id, nil
			}
		}
	}
	return "", fmt.Errorf("looking into %s: no file there is a licence that the table of licence.go knows", folder)
}
