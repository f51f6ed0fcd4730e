package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/bazelbuild/buildtools/build"
)

const moduleFile = "MODULE.bazel"

// dependencies are the names of the modules that the module in a folder depends on; those
// for its own development, too, if it is the root.
func dependencies(folder string, root bool) ([]string, error) {
	path := filepath.Join(folder, moduleFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := build.ParseModule(path, text)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, dep := range file.Rules("bazel_dep") {
		if root || dep.AttrLiteral("dev_dependency") != "True" {
			names = append(names, dep.Name())
		}
	}
	return names, nil
}

// reachable are the modules that a workspace depends on, however far, as long as their
// folders are known: Bazel takes it for an error to override any other.
func reachable(roots []string, folder func(name string) (string, error)) (map[string]string, error) {
	found := map[string]string{}
	queue := slices.Clone(roots)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if _, known := found[name]; known {
			continue
		}
		path, err := folder(name)
		if err != nil {
			return nil, err
		}
		found[name] = path
		if path == "" {
			continue
		}
		more, err := dependencies(path, false)
		if err != nil {
			return nil, err
		}
		queue = append(queue, more...)
	}
	return found, nil
}

var overrideFlag = regexp.MustCompile(`(?m)^common --override_module=([^=\s]+)=`)

// overridden are the modules that the private root brings along.
func overridden(bazelrc string) (map[string]bool, error) {
	text, err := os.ReadFile(bazelrc)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, match := range overrideFlag.FindAllStringSubmatch(string(text), -1) {
		names[match[1]] = true
	}
	return names, nil
}
