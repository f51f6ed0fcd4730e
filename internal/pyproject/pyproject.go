// Package pyproject reads what a folder's pyproject.toml, setup.cfg and setup.py say of
// the Python distribution that is made from it: in which folders its modules are, and
// which of them are plugins of pytest. It knows the common build back ends, runs no
// Python, and opens no files itself.
package pyproject

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// A Project is what the files say. The zero value is that of a folder without any.
type Project struct {
	// Distribution says that a distribution is made from the folder: a pyproject.toml
	// that only configures tools does not tell of one.
	Distribution bool
	// Roots are the folders that a build back end is told to take modules from, relative
	// to the project's, "." for that itself; sorted. None means by convention: src, if
	// there are any modules in it, else the project's folder.
	Roots []string
	// Plugins are the modules that pytest imports where the distribution is installed: the
	// entry points of pytest11; sorted.
	Plugins []string
}

// Files are the names of the files that Read asks for.
var Files = []string{"pyproject.toml", "setup.cfg", "setup.py"}

// Read returns the project of a folder. The function returns a file's content, and false
// if there is none of the name. An error begins with the file's name and line; what the
// other files say is returned beside it.
func Read(read func(name string) ([]byte, bool)) (Project, error) {
	var p Project
	var failed error
	if content, ok := read("pyproject.toml"); ok {
		failed = p.readPyproject(content)
	}
	if content, ok := read("setup.cfg"); ok {
		p.readSetupCfg(content)
	}
	if content, ok := read("setup.py"); ok {
		p.readSetupPy(content)
	}
	slices.Sort(p.Roots)
	p.Roots = slices.Compact(p.Roots)
	slices.Sort(p.Plugins)
	p.Plugins = slices.Compact(p.Plugins)
	return p, failed
}

// addRoot adds a folder that a back end names; one outside of the project is none of it.
func (p *Project) addRoot(folder string) {
	folder = path.Clean(folder)
	if folder != ".." && !strings.HasPrefix(folder, "../") && !path.IsAbs(folder) {
		p.Roots = append(p.Roots, folder)
	}
}

// addPackage adds the folder of a package of a given name, unless the package is renamed
// on its way into the distribution: then no folder makes it importable.
func (p *Project) addPackage(name, folder string) {
	folder = path.Clean(folder)
	inRoot := strings.ReplaceAll(name, ".", "/")
	if folder == inRoot {
		p.addRoot(".")
	} else if root, ok := strings.CutSuffix(folder, "/"+inRoot); ok {
		p.addRoot(root)
	}
}

// readPyproject reads a pyproject.toml.
func (p *Project) readPyproject(content []byte) error {
	var root table
	if err := toml.Unmarshal(content, &root); err != nil {
		line := 1
		if parsing, ok := err.(toml.ParseError); ok {
			line = parsing.Position.Line
			err = fmt.Errorf("not TOML: %s", parsing.Message)
		}
		return fmt.Errorf("pyproject.toml:%d: %w", line, err)
	}
	tool := root.table("tool")
	for _, of := range []table{root.table("project"), root.table("build-system"), tool.table("poetry"), tool.table("flit")} {
		p.Distribution = p.Distribution || of != nil
	}
	p.readPlugins(root.table("project", "entry-points", pytestPlugins))
	p.readPlugins(tool.table("poetry", "plugins", pytestPlugins))
	p.readSetuptools(tool.table("setuptools"))
	p.readHatch(tool.table("hatch", "build"))
	p.readHatch(tool.table("hatch", "build", "targets", "wheel"))
	p.readPoetry(tool.table("poetry"))
	p.readScikitBuild(tool.table("scikit-build", "wheel"))
	for _, of := range []struct {
		table table
		key   string
	}{
		{tool.table("pdm", "build"), "package-dir"},        // https://backend.pdm-project.org/build_config
		{tool.table("uv", "build-backend"), "module-root"}, // https://docs.astral.sh/uv/reference/settings/#build-backend
		{tool.table("maturin"), "python-source"},           // https://www.maturin.rs/project_layout
	} {
		if folder, ok := of.table[of.key].(string); ok {
			p.addRoot(folder)
		}
	}
	return nil
}

// pytestPlugins is the group of entry points that are plugins of pytest.
const pytestPlugins = "pytest11"

func (p *Project) readPlugins(points table) {
	for _, point := range points {
		if point, ok := point.(string); ok {
			p.addPlugin(point)
		}
	}
}

// addPlugin adds an entry point: a module, or module:object.
func (p *Project) addPlugin(point string) {
	module, _, _ := strings.Cut(point, ":")
	p.Plugins = append(p.Plugins, strings.TrimSpace(module))
}

// https://setuptools.pypa.io/en/latest/userguide/package_discovery.html
func (p *Project) readSetuptools(t table) {
	for name, folder := range t.table("package-dir") {
		if folder, ok := folder.(string); ok {
			p.addPackageDir(name, folder)
		}
	}
	for _, folder := range t.table("packages", "find").strings("where") {
		p.addRoot(folder)
	}
}

// addPackageDir adds an entry of setuptools' package_dir; no name means all packages.
func (p *Project) addPackageDir(name, folder string) {
	if name == "" {
		p.addRoot(folder)
	} else {
		p.addPackage(name, folder)
	}
}

// https://hatch.pypa.io/latest/config/build
func (p *Project) readHatch(t table) {
	for _, folder := range t.strings("packages") {
		p.addRoot(path.Dir(path.Clean(folder)))
	}
	for _, folder := range t.strings("sources") {
		p.addRoot(folder)
	}
	for folder, becomes := range t.table("sources") {
		switch becomes, _ := becomes.(string); {
		case becomes == "":
			p.addRoot(folder)
		default:
			p.addPackage(becomes, folder)
		}
	}
}

// https://python-poetry.org/docs/pyproject/#packages
func (p *Project) readPoetry(t table) {
	for _, one := range t.tables("packages") {
		from, _ := one["from"].(string)
		p.addRoot(from)
	}
}

// https://scikit-build-core.readthedocs.io/en/latest/configuration
func (p *Project) readScikitBuild(t table) {
	for _, folder := range t.strings("packages") {
		p.addRoot(path.Dir(path.Clean(folder)))
	}
	for name, folder := range t.table("packages") {
		if folder, ok := folder.(string); ok {
			p.addPackage(name, folder)
		}
	}
}

// table is one of TOML's; a nil one has nothing.
type table map[string]any

// table returns the table below t by the names of its keys, nil if there is none.
func (t table) table(keys ...string) table {
	for _, key := range keys {
		inner, ok := t[key].(map[string]any)
		if !ok {
			return nil
		}
		t = inner
	}
	return t
}

// tables returns a list of tables, nil if the key has none.
func (t table) tables(key string) []table {
	var tables []table
	switch list := t[key].(type) {
	case []map[string]any: // [[key]]
		for _, element := range list {
			tables = append(tables, element)
		}
	case []any: // key = [{...}]
		for _, element := range list {
			if element, ok := element.(map[string]any); ok {
				tables = append(tables, element)
			}
		}
	}
	return tables
}

// strings returns a list of strings, nil if the key has none.
func (t table) strings(key string) []string {
	list, _ := t[key].([]any)
	var texts []string
	for _, element := range list {
		if text, ok := element.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
