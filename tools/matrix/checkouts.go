package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const rulesPython = "rules_python"

// modules maps names of modules to the folders of their checkouts, by version.
type modules map[string]map[string]string

// findCheckouts reads a folder whose folders, or links to folders, are named NAME@VERSION.
func findCheckouts(folder string) (modules, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	found := modules{}
	for _, entry := range entries {
		name, version, ok := strings.Cut(entry.Name(), "@")
		path, err := filepath.EvalSymlinks(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(filepath.Join(path, moduleFile)); !ok || err != nil {
			continue
		}
		if found[name] == nil {
			found[name] = map[string]string{}
		}
		found[name][version] = path
	}
	if len(found[rulesPython]) == 0 {
		return nil, fmt.Errorf("%s: has no folder %s@VERSION with a %s", folder, rulesPython, moduleFile)
	}
	return found, nil
}

// versions are those of a module, the oldest first.
func (m modules) versions(name string) []string {
	var versions []string
	for version := range m[name] {
		versions = append(versions, version)
	}
	slices.SortFunc(versions, compareVersions)
	return versions
}

// newest is the newest version of a module, or nothing.
func (m modules) newest(name string) string {
	versions := m.versions(name)
	if len(versions) == 0 {
		return ""
	}
	return versions[len(versions)-1]
}

// compareVersions compares number by number. What begins with no number, the name of a
// branch, is newer than all numbers.
func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, xErr := strconv.Atoi(as[i])
		y, yErr := strconv.Atoi(bs[i])
		switch {
		case xErr != nil && yErr != nil:
			if order := strings.Compare(as[i], bs[i]); order != 0 {
				return order
			}
		case xErr != nil:
			return 1
		case yErr != nil:
			return -1
		case x != y:
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(as), len(bs))
}
