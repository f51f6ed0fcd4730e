package syntax

import (
	"slices"
	"strings"
	"testing"
)

func TestFilePaths(t *testing.T) {
	for _, test := range []struct{ source, want string }{
		{`Path(__file__).parent / "data" / "x.json"`, "data/x.json"},
		{`pathlib.Path(__file__).resolve().parent / "data"`, "data"},
		{`Path(__file__).parents[0].joinpath("data", "x")`, "data/x"},
		{`Path(__file__).parents[1] / "data"`, "../data"},
		{`Path(__file__).with_name("x.json").read_text()`, "x.json"},
		{`Path(__file__).with_suffix(".json").read_text()`, "__stem__.json"},
		{`open(os.path.splitext(__file__)[0] + ".sql")`, "__stem__.sql"},
		{`open(__file__.replace(".py", ".sql"))`, "__stem__.sql"},
		{`open(f"{__file__.rsplit('.', 1)[0]}.sql")`, "__stem__.sql"},
		{`f(*a, **{"b": open(Path(__file__).with_name("x"))})`, "x"},
		{`open(__file__[:-3] + ".sql")`, "__stem__.sql"},
		{`HERE = Path(__file__).parent / Path(__file__).stem`, "__stem__"},
		{`os.path.join(os.path.dirname(__file__), "data")`, "data"},
		{`os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", name)`, "data+"},
		{`open(join(dirname(__file__), "x.json",))`, "x.json"},
		{`os.path.join(__file__, "..", "data")`, "data"},
		{`os.path.join(os.path.dirname(__file__), os.pardir, "data")`, "../data"},
		{`open(os.path.split(__file__)[0] + "/x")`, "x"},
		{`open(__file__.rsplit("/", 1)[0] + "/x")`, "x"},
		{`os.path.join(os.path.dirname(__file__), "/etc")`, ""},
		{`os.path.dirname(__file__) + "/data/x" + suffix`, "data+"},
		{`os.path.dirname(__file__) + "/data/" + "x"`, "data/x"},
		{`open(f"{os.path.dirname(__file__)}/data/x.txt")`, "data/x.txt"},
		{`open(f"{HERE}/data/{name}.txt")`, ""},
		{`open("%s/data/x.txt" % os.path.dirname(__file__))`, "data/x.txt"},
		{`open("%s/data/%s.txt" % (os.path.dirname(__file__), name))`, "data+"},
		{`open("{}/data/x.txt".format(os.path.dirname(__file__)))`, "data/x.txt"},
		{`connect("sqlite:///" + os.path.dirname(__file__) + "/x.db")`, "x.db"},
		{`"/".join([os.path.dirname(__file__), "data", "x"])`, "data/x"},
		{`Path(__file__).parent / "a" "b"`, "ab"},
		{`Path(__file__).parent / 'a' f'{b}'`, "+"},
		{`__file__ + ".bak"`, "__file__.bak"},
		{`open(__file__ + name)`, "+"},
		{`os.path.dirname(inspect.getfile(inspect.currentframe())) + "/x"`, "x"},
		// What is read below a folder that is named without more than its name.
		{`os.listdir(os.path.dirname(__file__))`, "+"},
		{`os.walk(top=os.path.dirname(__file__))`, "+"},
		{`[f for f in Path(__file__).parent.iterdir()]`, "+"},
		{`(Path(__file__).parent / "a" / "b").glob("*")`, "a/b+"},
		{`Path(__file__).parent.glob("data/*.json")`, "data+"},
		{`Path(__file__).parent.rglob("*.json")`, "+"},
		{`glob.glob(os.path.join(os.path.dirname(__file__), "data", "*.txt"))`, "data+"},
		{`glob.glob("*.txt", root_dir=os.path.dirname(__file__))`, "+"},
		{`def data(name): return (Path(__file__).parent / name).read_text()`, "+"},
		{`def here(): return Path(__file__).parent`, "+"},
		{`monkeypatch.chdir(os.path.dirname(__file__))`, "+"},
		{`load(Path(__file__).parent)`, "+"},
		{`DIRS = [Path(__file__).parent]`, ""},
		{`DIRS = {"a": Path(__file__).parent}`, "+"},
		{`load = lambda name: Path(__file__).parent / name`, "+"},
		{`open(x if y else Path(__file__).parent / "a")`, "a"},
		// What reads nothing.
		{`sys.path.insert(0, os.path.dirname(__file__))`, ""},
		{`sys.path.append(str(Path(__file__).parent.parent))`, ""},
		{`pytest.main([__file__])`, ""},
		{`assert x == Path(__file__).parent`, ""},
		{`assert x == os.path.join(os.path.dirname(__file__), name)`, ""},
		{`open(os.path.join(os.getcwd(), name))`, ""},
		{`(Path(__file__).parent / name).write_text("x")`, ""},
		{`open(os.path.join(os.path.dirname(__file__), name), "w")`, ""},
		{`(tmp_path / name).read_text()`, ""},
		{`open(tmp_path / "a/b")`, ""},
		{`assert at == "%s:%d" % (__file__, 3)`, ""},
		{`self.folder.glob("*.dat")`, ""},
		{`make().glob("*.dat")`, ""},
		{`(tmp_path / "x").glob("*.dat")`, ""},
		{`x.__file__`, ""},
		{`other(__package__, "x")`, ""},
		// Packages and modules.
		{`importlib.resources.files(__package__) / "data"`, "data"},
		{`files(__package__).joinpath("x.json")`, "x.json"},
		{`resources.open_text(__package__, "x.json")`, "x.json"},
		{`pkgutil.get_data(__name__, "x.json")`, "x.json"},
		{`resources.files("acme.sql").joinpath("q.sql").read_text()`, "acme.sql:q.sql"},
		{"import acme\nir.files(acme).joinpath('sql', 'q.sql')\n", "acme:sql/q.sql"},
		{"from acme import sub as s\nread_text(s.__name__, 'x')\n", "acme.sub:x"},
		{"from . import sub\nread_text(sub, 'x')\n", ".sub:x"},
		{"import acme.a\nopen(os.path.join(os.path.dirname(acme.a.__file__), 'x'))\n", "acme.a:x"},
		{"import acme\nopen(acme.__path__[0] + '/x')\n", "acme:x"},
		{"import acme\nos.path.join(os.path.dirname(inspect.getfile(acme)), 'x')\n", "acme:x"},
		{`pkg_resources.resource_filename("acme", "x.txt")`, "acme:x.txt"},
		{`PackageLoader("acme")`, "acme:templates"},
		{`PackageLoader("acme", "views")`, "acme:views"},
		{"from acme.settings import BASE_DIR\nos.path.join(BASE_DIR, 'x')\n", "acme.settings.BASE_DIR:x"},
		{"from acme import settings\nopen(settings.BASE_DIR / name)\n", "acme.settings.BASE_DIR:+"},
		{"from acme.settings import BASE_DIR\nprint(BASE_DIR)\n", ""},
		{`app = Flask(__name__)`, "templates static"},
		{`bp = Blueprint("x", __name__, template_folder="views")`, "views static"},
		{"class A(AppConfig): pass", "templates static fixtures locale"},
		// The current folder.
		{`open("tests/data/x.json")`, "cwd:tests/data/x.json"},
		{`open("x.json")`, "cwd:x.json"},
		{`tarfile.open("x.tar.xz", "r:xz")`, "cwd:x.tar.xz"},
		{`open(f"tests/data/{name}.json")`, "cwd:tests/data+"},
		{`open("tests/" + name)`, "cwd:tests+"},
		{`open(name + "/tests/data")`, ""},
		{`sorted(Path("tests/cases").glob("*.txt"))`, "cwd:tests/cases+"},
		{`glob.glob("tests/cases/*.txt")`, "cwd:tests/cases+"},
		{`os.path.join(os.getcwd(), "tests", "data")`, "cwd:tests/data"},
		{`Path.cwd() / "tests"`, "cwd:tests"},
		{`Path().joinpath("tests")`, "cwd:tests"},
		{`old = os.getcwd()`, ""},
		{`os.chdir(old)`, ""},
		{`os.listdir(".")`, "cwd:+"},
		{`open("/etc/passwd")`, ""},
		{`FILES = ["data/a.txt", "/data/b.txt", "http://a/b"]`, "cwd:data/a.txt?"},
		{`read_csv(url + f"{a}/{b}")`, ""},
		{`VCR(cassette_library_dir="tests/cassettes")`, "cwd:tests/cassettes"},
		{"def test_x(pytestconfig): return pytestconfig.rootpath / 'tests' / name", "cwd:tests+"},
		{`request.config.rootdir.join("x")`, "cwd:x"},
		{`request.config.inipath.parent / "x"`, "cwd:x"},
		// What a fixture asks its request.
		{`request.path.parent / "data" / "x.txt"`, "test:data/x.txt"},
		{`pathlib.Path(request.fspath.dirname, "data")`, "test:data"},
		{`request.node.fspath.dirpath("data")`, "test:data"},
		{`request.path.with_suffix("") / name`, "test:__stem__+"},
		{`Path(request.module.__file__).parent / name`, "test:+"},
		{`def test_x(shared_datadir): shared_datadir / "x"`, "test:data test:data/x"},
		{`scenarios("a.feature", "features")`, "features:a.feature features:features"},
		{"@scenario('a.feature', 'It is said')\ndef test_x(): pass\n", "features:a.feature"},
		// Variables.
		{"HERE = Path(__file__).parent\ndef f():\n    return HERE / 'data' / 'x'\n", "data/x"},
		{"HERE: Path = Path(__file__).parent\nHERE / 'x'\n", "x"},
		{"A = B = Path(__file__).parent\nB / 'x'\n", "x"},
		{"if a:\n    HERE = Path(__file__).parent\nHERE / 'x'\n", "x"},
		{"def f():\n    here = Path(__file__).parent\ndef g():\n    return here / 'x'\n", ""},
		{"here = Path(__file__).parent\ndef f():\n    here = 1\nhere / 'x'\n", "x"},
		{"here = Path(__file__).parent\nhere = other()\nhere / 'x'\n", ""},
		{"here = os.path.dirname(__file__)\nhere += '/data'\nopen(here + '/x')\n", "data data/x"},
		{"a = Path(__file__).parent / name\na / 'x'\n", "+ +"},
		{"class T:\n    here = Path(__file__).parent\n    def f(self): return self.here / 'x'\n", "x"},
		{"class T:\n    here = Path(__file__).parent\n", "+"},
		{"class T:\n    def setUp(self):\n        self.d = os.path.dirname(__file__)\n    def f(self): open(self.d + '/x')\n", "x"},
		{"def f():\n    x = [\n        Path(__file__).parent\n        / 'data'\n    ]\n", "data"},
	} {
		mod, err := Parse("x.py", []byte(test.source))
		if err != nil {
			t.Fatalf("%s: %v", test.source, err)
		}
		var paths []string
		for _, p := range mod.Paths {
			paths = append(paths, describe(p))
		}
		if got := strings.Join(paths, " "); got != test.want {
			t.Errorf("%s: %q; want %q", test.source, got, test.want)
		}
	}
}

func describe(p FilePath) string {
	base := map[PathBase]string{CurrentFolder: "cwd:", TestFolder: "test:", FeatureFolder: "features:", ModuleFolder: p.Module + ":", ModuleName: p.Module + "." + p.Name + ":"}[p.Base]
	text := base
	if p.Path != "." {
		text += p.Path
	}
	if p.Open {
		text += "+"
	}
	if p.Loose {
		text += "?"
	}
	return text
}

func TestPathNames(t *testing.T) {
	mod, err := Parse("x.py", []byte("HERE = Path(__file__).parent\nDATA = HERE / 'data'\nN = 1\ndef f():\n    x = HERE / 'x'\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(mod.PathNames) != 2 || mod.PathNames["HERE"].Path != "." || mod.PathNames["DATA"].Path != "data" {
		t.Errorf("%v; want HERE and DATA", mod.PathNames)
	}
}

func TestAnnotations(t *testing.T) {
	mod, err := Parse("x.py", []byte("import a  # gazelle:ignore a, b\n#gazelle:include_dep //x\nx = '# gazelle:no a'\n# not gazelle:no\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Annotation{{"ignore", "a, b", 10}, {"include_dep", "//x", 32}}
	if !slices.Equal(mod.Annotations, want) {
		t.Errorf("%v; want %v", mod.Annotations, want)
	}
}
