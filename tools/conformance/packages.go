package main

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// requirementsFile of a part lists the distributions that its suites use, with their
// versions.
const requirementsFile = "requirements.txt"

// packages is a folder with a folder for each distribution, which is both what a Bazel
// repository is made of and what a plain run has on its path.
type packages struct {
	folder string
	needs  map[string][]string // by the distribution's name
}

// openPackages returns the distributions of a requirements file, for this machine's
// python3. They are made once for each list: below another name, and renamed when whole.
func openPackages(ctx context.Context, requirements, cache string) (packages, error) {
	list, err := os.ReadFile(requirements)
	if err != nil {
		return packages{}, err
	}
	version, err := exec.CommandContext(ctx, "python3", "-VV").Output()
	if err != nil {
		return packages{}, fmt.Errorf("python3 -VV: %w", err)
	}
	recipe := sha256.Sum256(slices.Concat(version, list))
	p := packages{folder: filepath.Join(cache, fmt.Sprintf("packages-%x", recipe[:6]))}
	if _, err := os.Stat(p.folder); err != nil {
		if err := p.fill(ctx, requirements); err != nil {
			return p, err
		}
	}
	return p, p.readNeeds()
}

// fill has pip fetch the wheels, by the machine's own configuration, and unpacks them.
func (p packages) fill(ctx context.Context, requirements string) error {
	fmt.Println("conformance: downloading the distributions of", requirements)
	if err := os.MkdirAll(filepath.Dir(p.folder), 0o755); err != nil {
		return err
	}
	making, err := os.MkdirTemp(filepath.Dir(p.folder), "making-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(making)
	wheels := filepath.Join(making, "wheels")
	pip := exec.CommandContext(ctx, "python3", "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps",
		"--wheel-dir", wheels, "--requirement", requirements)
	if output, err := pip.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: pip cannot fetch it: %w\n%s", requirements, err, output)
	}
	files, err := filepath.Glob(filepath.Join(wheels, "*.whl"))
	if err != nil {
		return err
	}
	unpacked := packages{folder: making}
	for _, file := range files {
		if err := unpack(file, unpacked.site(distribution(filepath.Base(file)))); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := os.RemoveAll(wheels); err != nil {
		return err
	}
	if err := unpacked.readNeeds(); err != nil {
		return err
	}
	if err := unpacked.writeBuildFiles(); err != nil {
		return err
	}
	if err := os.Rename(making, p.folder); err != nil && !os.IsExist(err) {
		return err // where two made it at once, the first has won
	}
	return nil
}

// distribution is the name of a wheel's distribution, as labels spell it.
func distribution(wheel string) string {
	name, _, _ := strings.Cut(wheel, "-")
	return spelt(name)
}

var separators = regexp.MustCompile(`[-_.]+`)

func spelt(name string) string { return strings.ToLower(separators.ReplaceAllString(name, "_")) }

// site is what a distribution puts on sys.path.
func (p packages) site(name string) string { return filepath.Join(p.folder, name, "site") }

func unpack(wheel, folder string) error {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer archive.Close()
	return os.CopyFS(folder, archive)
}

// readNeeds reads the metadata of all distributions.
func (p *packages) readNeeds() error {
	files, err := filepath.Glob(filepath.Join(p.folder, "*", "site", "*.dist-info", "METADATA"))
	if err != nil {
		return err
	}
	p.needs = map[string][]string{}
	for _, file := range files {
		p.needs[p.nameOf(file)] = nil
	}
	for _, file := range files {
		content, err := os.Open(file)
		if err != nil {
			return err
		}
		all := requires(content)
		content.Close()
		// The others are for other machines, or pytest and what it needs.
		p.needs[p.nameOf(file)] = slices.DeleteFunc(all, func(name string) bool { _, ok := p.needs[name]; return !ok })
	}
	return nil
}

func (p packages) nameOf(file string) string {
	relative, _ := filepath.Rel(p.folder, file)
	name, _, _ := strings.Cut(relative, string(filepath.Separator))
	return name
}

var requirement = regexp.MustCompile(`^Requires-Dist: ([A-Za-z0-9._-]+)(.*)$`)

// requires returns the names of what a distribution needs, but for its extras.
func requires(metadata io.Reader) []string {
	var names []string
	lines := bufio.NewScanner(metadata)
	for lines.Scan() && lines.Text() != "" {
		found := requirement.FindStringSubmatch(lines.Text())
		if found != nil && !strings.Contains(found[2], "extra ==") {
			names = append(names, spelt(found[1]))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// writeBuildFiles makes a Bazel repository of the folder, with a package for each.
func (p packages) writeBuildFiles() error {
	files := map[string]string{"MODULE.bazel": ""}
	for name, needs := range p.needs {
		var deps strings.Builder
		for _, need := range needs {
			fmt.Fprintf(&deps, "\"//%s\", ", need)
		}
		files[path.Join(name, "BUILD.bazel")] = fmt.Sprintf(libraryBuildFile, name, deps.String())
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(p.folder, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const libraryBuildFile = `load("@rules_python//python:defs.bzl", "py_library")

py_library(
    name = %q,
    srcs = glob(["site/**/*.py"]),
    data = glob(["site/**"], exclude = ["**/*.py", "**/* *"]),
    imports = ["site"],
    visibility = ["//visibility:public"],
    deps = [%s],
)
`

// module is what a workspace's MODULE.bazel says of the repository.
func (p packages) module() string {
	return fmt.Sprintf(`
local_repository = use_repo_rule("@bazel_tools//tools/build_defs/repo:local.bzl", "local_repository")

local_repository(
    name = "pypi",
    path = %q,
)
`, p.folder)
}

// pythonPath has the sites of distributions, and of what they need.
func (p packages) pythonPath(names []string) (string, error) {
	var sites []string
	for todo := slices.Clone(names); len(todo) > 0; todo = todo[1:] {
		name := spelt(todo[0])
		needs, ok := p.needs[name]
		if !ok {
			return "", fmt.Errorf("distribution %q: is not in %s", todo[0], requirementsFile)
		}
		if site := p.site(name); !slices.Contains(sites, site) {
			sites = append(sites, site)
			todo = append(todo, needs...)
		}
	}
	return strings.Join(sites, ":"), nil
}
