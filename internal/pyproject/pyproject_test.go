package pyproject

import (
	"slices"
	"strings"
	"testing"
)

func reader(files map[string]string) func(string) ([]byte, bool) {
	return func(name string) ([]byte, bool) {
		content, ok := files[name]
		return []byte(content), ok
	}
}

// Each build back end says in its own words where the modules are.
func TestRoots(t *testing.T) {
	for _, c := range []struct {
		name, file, content string
		roots               string
		tools               bool // no distribution
	}{
		{name: "nothing said", file: "pyproject.toml", content: "[project]\nname = 'shop'\n"},
		{name: "tools alone", file: "pyproject.toml", content: "[tool.ruff]\nline-length = 100\n", tools: true},
		{name: "setuptools, package-dir", file: "pyproject.toml", content: "[build-system]\n[tool.setuptools]\npackage-dir = {\"\" = \"lib\"}\n", roots: "lib"},
		{name: "setuptools, find", file: "pyproject.toml", content: "[build-system]\n[tool.setuptools.packages.find]\nwhere = [\"src\", \"./more/\"]\n", roots: "more src"},
		{name: "setuptools, one package", file: "pyproject.toml", content: "[build-system]\n[tool.setuptools.package-dir]\n\"shop.cart\" = \"py/shop/cart\"\n", roots: "py"},
		{name: "setuptools, a package of another name", file: "pyproject.toml", content: "[build-system]\n[tool.setuptools.package-dir]\nshop = \"source\"\n"},
		{name: "setuptools, a package beside", file: "pyproject.toml", content: "[build-system]\n[tool.setuptools.package-dir]\nshop = \"shop\"\n", roots: "."},
		{name: "hatch, packages", file: "pyproject.toml", content: "[build-system]\n[tool.hatch.build.targets.wheel]\npackages = [\"python/shop\", \"python/cart\"]\n", roots: "python"},
		{name: "hatch, packages beside", file: "pyproject.toml", content: "[build-system]\n[tool.hatch.build]\npackages = [\"shop\"]\n", roots: "."},
		{name: "hatch, sources", file: "pyproject.toml", content: "[build-system]\n[tool.hatch.build]\nsources = [\"code\"]\n", roots: "code"},
		{name: "hatch, renamed sources", file: "pyproject.toml", content: "[build-system]\n[tool.hatch.build.targets.wheel.sources]\n\"code\" = \"\"\n\"py/shop\" = \"shop\"\n\"other\" = \"shop/other\"\n", roots: "code py"},
		{name: "poetry", file: "pyproject.toml", content: "[tool.poetry]\npackages = [{include = \"shop\", from = \"lib\"}]\n", roots: "lib"},
		{name: "poetry beside", file: "pyproject.toml", content: "[tool.poetry]\npackages = [{include = \"shop\"}]\n", roots: "."},
		{name: "flit", file: "pyproject.toml", content: "[tool.flit.module]\nname = \"shop\"\n"},
		{name: "pdm", file: "pyproject.toml", content: "[build-system]\n[tool.pdm.build]\npackage-dir = \"pkg\"\n", roots: "pkg"},
		{name: "uv", file: "pyproject.toml", content: "[build-system]\n[tool.uv.build-backend]\nmodule-root = \"\"\n", roots: "."},
		{name: "maturin", file: "pyproject.toml", content: "[build-system]\n[tool.maturin]\npython-source = \"python\"\n", roots: "python"},
		{name: "scikit-build-core", file: "pyproject.toml", content: "[build-system]\n[tool.scikit-build]\nwheel.packages = [\"python/shop\"]\n", roots: "python"},
		{name: "scikit-build-core, table", file: "pyproject.toml", content: "[build-system]\n[tool.scikit-build.wheel.packages]\nshop = \"lib/shop\"\n", roots: "lib"},
		{name: "outside", file: "pyproject.toml", content: "[build-system]\n[tool.setuptools]\npackage-dir = {\"\" = \"../lib\"}\n"},
		{name: "setup.cfg", file: "setup.cfg", content: "[metadata]\nname = shop\n[options]\npackage_dir =\n    = lib\n    shop.cart=py/shop/cart\n[options.packages.find]\nwhere = src\n", roots: "lib py src"},
		{name: "setup.cfg, on one line", file: "setup.cfg", content: "[options]\npackage_dir = =src\n", roots: "src"},
		{name: "setup.cfg of tools", file: "setup.cfg", content: "[flake8]\nmax-line-length = 100\n", tools: true},
		{name: "setup.py", file: "setup.py", content: "setup(\n    package_dir={\"\": \"lib\"},\n    packages=find_packages(where='source'),\n)\n", roots: "lib source"},
		{name: "setup.py, by place", file: "setup.py", content: "setup(packages=find_namespace_packages('src', exclude=['x']))\n", roots: "src"},
		{name: "setup.py that computes", file: "setup.py", content: "setup(package_dir={'': HERE}, packages=find_packages(exclude=['tests']))\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Read(reader(map[string]string{c.file: c.content}))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.Roots, " "); got != c.roots || p.Distribution == c.tools {
				t.Errorf("roots %q, distribution %v; want %q, %v", got, p.Distribution, c.roots, !c.tools)
			}
		})
	}
}

// Plugins of pytest that the distribution has.
func TestPlugins(t *testing.T) {
	for file, content := range map[string]string{
		"pyproject.toml": "[project.entry-points.pytest11]\nb = 'shop.plugin:Plugin'\na = 'shop.more'\n",
		"setup.cfg":      "[options.entry_points]\npytest11 =\n    b = shop.plugin:Plugin\n    a = shop.more\n",
		"setup.py":       "setup(entry_points={'pytest11': ['b = shop.plugin:Plugin', \"a=shop.more\",]})\n",
	} {
		p, err := Read(reader(map[string]string{file: content}))
		if got := strings.Join(p.Plugins, " "); err != nil || got != "shop.more shop.plugin" {
			t.Errorf("%s: plugins %q, %v; want shop.more, shop.plugin", file, got, err)
		}
	}
	p, err := Read(reader(map[string]string{"pyproject.toml": "[tool.poetry.plugins.pytest11]\na = 'shop.plugin'\n"}))
	if got := strings.Join(p.Plugins, " "); err != nil || got != "shop.plugin" {
		t.Errorf("poetry: plugins %q, %v; want shop.plugin", got, err)
	}
}

// One file that is wrong does not hide what the others say.
func TestBadFile(t *testing.T) {
	p, err := Read(reader(map[string]string{"pyproject.toml": "[project]\nname = \n", "setup.cfg": "[options]\npackage_dir = =src\n"}))
	if err == nil || !strings.HasPrefix(err.Error(), "pyproject.toml:2: not TOML") {
		t.Errorf("error %v; want one of pyproject.toml:2", err)
	}
	if !slices.Equal(p.Roots, []string{"src"}) || !p.Distribution {
		t.Errorf("got %+v; want what setup.cfg says", p)
	}
}
