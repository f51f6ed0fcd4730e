package syntax

import "strings"

// leadsToFile says whether the name at token i may be part of a path: a line that has no
// such name is not read.
func (r *pathReader) leadsToFile(i int) bool {
	text := r.text(i)
	switch text {
	case OwnFile, "__package__", "__path__", "shared_datadir", "AppConfig":
		return true
	case "rootpath", "rootdir", "inipath", "inifile", "invocation_dir", "invocation_params", "fspath":
		return r.kind(i-1) == tokDot
	case "request", "item", "node", "session":
		switch r.text(i + 2) {
		case "path", "node", "module":
			return r.kind(i+1) == tokDot
		}
		return false
	case "open", "Path", "PurePath", "local", "glob", "iglob", "listdir", "scandir", "walk", "getcwd", "cwd", "chdir",
		"files", "get_data", "open_text", "open_binary", "read_text", "read_binary",
		"resource_filename", "resource_string", "resource_stream", "resource_listdir",
		"getfile", "getsourcefile", "getabsfile", "scenario", "scenarios", "Flask", "Blueprint", "PackageLoader":
		return r.kind(i+1) == tokLeftParen && (r.kind(i+2) != tokRightParen || text != "read_text")
	}
	if len(r.names) > 0 {
		if _, ok := r.names[text]; ok {
			return true
		}
	}
	if len(r.attrs) > 0 && r.kind(i-1) == tokDot {
		if _, ok := r.attrs[text]; ok {
			return true
		}
	}
	return false
}

// member reads an attribute of a value, or a call of its method.
func (r *pathReader) member(v pathValue, at int) pathValue {
	r.i++
	i := r.i
	name := r.text(i)
	r.i++
	called := r.kind(r.i) == tokLeftParen
	switch {
	case v.kind == valuePath && called:
		return r.method(v, name, at)
	case v.kind == valuePath:
		return attributeOfPath(v, name)
	case v.kind == valueText && called:
		return r.methodOfText(v, name)
	case v.kind == valuePair && called, v.kind == valueTuple && called:
		return r.call(symbolValue(name), v, at)
	case v.kind != valueSymbol:
		if called && name != "" {
			// of what only a running program has
			return r.call(symbolValue("."+name), pathValue{}, at)
		}
		if attr, ok := r.attr(i); ok && v.kind == valueUnknown {
			return attr
		}
		return pathValue{}
	}
	if attr, ok := r.attr(i); ok && !called {
		return attr
	}
	return r.symbolMember(v.path, name)
}

// attr returns what the attribute at token i holds.
func (r *pathReader) attr(i int) (pathValue, bool) {
	v, ok := r.attrs[r.text(i)]
	if ok && len(r.unread) > 0 {
		delete(r.unread, r.text(i))
	}
	return v, ok
}

// symbolMember returns what an attribute of names with dots between is.
func (r *pathReader) symbolMember(of, name string) pathValue {
	full := of + "." + name
	switch name {
	case OwnFile:
		if module, ok := r.pathModule(of); ok {
			return pathValue{kind: valuePath, base: ModuleFolder, module: module, path: OwnFile}
		}
		if strings.HasSuffix(of, "request.module") {
			return relativeTo(TestFolder, OwnFile)
		}
		return pathValue{}
	case "__path__":
		if module, ok := r.pathModule(of); ok {
			return pair(pathValue{kind: valuePath, base: ModuleFolder, module: module, path: "."})
		}
		return pathValue{}
	case "AppConfig":
		r.djangoFolders(r.i - 1)
	case "pardir":
		return textValue("..")
	case "curdir":
		return textValue(".")
	case "sep":
		if of == "os" || of == "os.path" {
			return textValue("/")
		}
	}
	if v, ok := pytestMember(of, name); ok {
		return v
	}
	if isPathConstant(name) {
		if module, ok := r.pathModule(of); ok {
			return pathValue{kind: valuePath, base: ModuleName, module: module, name: name, path: "."}
		}
	}
	return symbolValue(full)
}

// pytestMember returns the path that an attribute of one of pytest's objects is.
func pytestMember(of, name string) (pathValue, bool) {
	ofConfig := strings.HasSuffix(of, "config")
	switch {
	case name == "rootpath" && ofConfig, name == "rootdir" && ofConfig, name == "invocation_dir" && ofConfig,
		name == "dir" && strings.HasSuffix(of, "config.invocation_params"):
		return relativeTo(CurrentFolder, "."), true
	case name == "inipath" && ofConfig, name == "inifile" && ofConfig:
		return relativeTo(CurrentFolder, OwnFile), true
	case name != "path" && name != "fspath":
		return pathValue{}, false
	}
	switch of {
	case "request", "item", "node", "request.node":
		return relativeTo(TestFolder, OwnFile), true
	case "session", "request.session":
		return relativeTo(CurrentFolder, "."), true
	}
	return pathValue{}, false
}

// attributeOfPath returns what an attribute of a path is.
func attributeOfPath(v pathValue, name string) pathValue {
	switch name {
	case "parent", "dirname":
		return v.up(1)
	case "parents":
		return pathValue{kind: valueParents, items: []pathValue{v}}
	case "strpath", "path", "absolute", "resolve":
		return v
	case "stem", "purebasename":
		if v.path == OwnFile {
			return textValue(OwnStem)
		}
	}
	return pathValue{}
}

// method reads the call of a path's method.
func (r *pathReader) method(v pathValue, name string, at int) pathValue {
	args := r.arguments()
	switch name {
	case "joinpath", "join", "__truediv__":
		return v.joinedAll(args)
	case "dirpath":
		return v.up(1).joinedAll(args)
	case "with_name":
		return v.up(1).joined(args.at(0))
	case "with_suffix", "new":
		return v.renamed(args.at(0))
	case "with_stem":
		return v.up(1).opened(true)
	case "replace", "removesuffix", "split", "rsplit", "partition", "rpartition":
		return r.stringMethodOfPath(v, name, args)
	case "glob", "rglob":
		if pattern := args.at(0); name == "glob" && pattern.kind == valueText {
			v = v.joined(pattern)
		}
		return r.opens(v, at)
	case "iterdir", "listdir", "walk", "visit":
		return r.opens(v, at)
	case "resolve", "absolute", "expanduser", "as_posix", "as_uri", "__str__", "__fspath__", "relative_to", "realpath":
		return v
	case "write_text", "write_bytes", "mkdir", "touch", "unlink", "rmdir", "remove", "write":
		return pathValue{}
	case "format", "upper", "lower", "startswith", "endswith", "is_relative_to", "match":
		return pathValue{}
	}
	r.use(v, pathMentioned, at)
	return pathValue{}
}

// stringMethodOfPath is what a method of strings makes of a path.
func (r *pathReader) stringMethodOfPath(v pathValue, name string, args pathArgs) pathValue {
	switch first := args.at(0); {
	case (name == "replace" || name == "removesuffix") && v.path == OwnFile && first.kind == valueText && first.path == ".py":
		return v.renamed(pathOr(args.at(1), textValue("")))
	case v.path == OwnFile && first.kind == valueText && first.path == "." && (name == "rsplit" || name == "split" || name == "rpartition"):
		return pair(v.renamed(textValue("")))
	case name == "rpartition" && first.kind == valueText && first.path == "/", name == "rsplit" && len(args.values) == 2 && first.path == "/":
		return pair(v.up(1))
	}
	return v.up(1).opened(true)
}

func pathOr(v, otherwise pathValue) pathValue {
	if v.kind == valueUnknown {
		return otherwise
	}
	return v
}

// opens notes that what is in a folder is looked for; the paths that this gives are known.
func (r *pathReader) opens(v pathValue, at int) pathValue {
	v = v.asPath().opened(true)
	r.use(v, pathListed, at)
	return pathValue{}
}

// methodOfText reads the call of a string's method.
func (r *pathReader) methodOfText(v pathValue, name string) pathValue {
	args := r.arguments()
	switch list := args.at(0); {
	case name == "format":
		return r.substitute(v.path, formatField, pathValue{kind: valueTuple, items: args.all()})
	case name == "join" && list.kind == valueTuple && len(list.items) > 0 && v.path == "/":
		return list.items[0].joinedAll(pathArgs{values: list.items[1:]})
	}
	return pathValue{}
}

// joinedAll appends the arguments of a call.
func (v pathValue) joinedAll(args pathArgs) pathValue {
	for _, name := range args.values {
		v = v.joined(name)
	}
	if args.starred {
		v = v.opened(true)
	}
	return v
}

// pathArgs are the arguments of a call.
type pathArgs struct {
	values  []pathValue
	starred bool
	names   []string
	named   []pathValue
	places  []int // the tokens of all, the values before the named
}

// at returns an argument by position.
func (a pathArgs) at(n int) pathValue {
	if n < len(a.values) {
		return a.values[n]
	}
	return pathValue{}
}

// all returns the arguments, those by name last.
func (a pathArgs) all() []pathValue {
	return append(a.values[:len(a.values):len(a.values)], a.named...)
}

// get returns an argument by name.
func (a pathArgs) get(name string) pathValue {
	for i, n := range a.names {
		if n == name {
			return a.named[i]
		}
	}
	return pathValue{}
}

// arguments reads the arguments of a call with their parentheses.
func (r *pathReader) arguments() pathArgs {
	args := pathArgs{}
	var places []int
	for r.i++; !r.closes(); {
		at := r.i
		switch {
		case r.kind(at) == tokName && r.kind(at+1) == tokAssign:
			r.i += 2
			args.names = append(args.names, r.text(at))
			args.named = append(args.named, r.expression())
			args.places = append(args.places, at+2)
		case r.kind(at) == tokStar || r.kind(at) == tokDoubleStar:
			args.starred = args.starred || r.kind(at) == tokStar
			r.i++
			r.operand(pathGivenAway)
		case r.kind(at) == kwFor:
			for _, v := range args.values {
				r.use(v, pathGivenAway, at)
			}
			args.values = []pathValue{{}}
			places = []int{at}
			r.i++
			r.inComprehension()
		case startsExpr[r.kind(at)]:
			args.values = append(args.values, r.expression())
			places = append(places, at)
			r.i = max(r.i, at+1)
		default:
			r.i++
		}
	}
	r.i++
	args.places = append(places, args.places...)
	return args
}

// inComprehension reads what follows the first "for" of a call's only argument.
func (r *pathReader) inComprehension() {
	for !r.closes() {
		at := r.i
		r.operand(pathMentioned)
		r.i = max(r.i, at+1)
	}
}

// useAll notes the arguments of a call that nothing is known of, from the nth on.
func (r *pathReader) useAll(args pathArgs, how pathUse, from int) {
	for n, v := range args.all() {
		if n >= from && n < len(args.places) {
			r.use(v, how, args.places[n])
		}
	}
}

// call reads the call of a function; self is what it is a method of, if that is a value.
func (r *pathReader) call(f, self pathValue, at int) pathValue {
	args := r.arguments()
	if f.kind != valueSymbol {
		r.use(f, pathGivenAway, at)
		r.useAll(args, pathGivenAway, 0)
		return pathValue{}
	}
	name := r.function(f.path)
	if self.kind != valueUnknown {
		args.values = append([]pathValue{self}, args.values...)
		args.places = append([]int{at}, args.places...)
	}
	if v, known := r.knownCall(name, f.path, args, at); known {
		return v
	}
	how := pathGivenAway
	if harmless[name] || harmless[f.path] {
		how = pathMentioned
	}
	if loads[name] && args.at(0).kind == valueText {
		r.use(args.at(0).asPath(), how, at)
	}
	for i, keyword := range args.names {
		if namesPath(keyword) && args.named[i].kind == valueText {
			args.named[i] = args.named[i].asPath()
		}
	}
	r.useAll(args, how, 0)
	return pathValue{}
}

// knownCall is what a function of the standard library, or of a framework, gives; false
// means that it is none.
func (r *pathReader) knownCall(name, full string, args pathArgs, at int) (v pathValue, known bool) {
	switch {
	case isPathMaker(name):
		return r.makePath(name, full, args), true
	case inPackage[name]:
		return r.inPackage(name, args, at), true
	case listers[name] && r.isFunction(full):
		// A method of that name may be one of a path in a temporary folder.
		return r.list(args, at), true
	case full == "sys.path.insert", full == "sys.path.append":
		name = "addsitedir"
	}
	switch name {
	case "open":
		r.open(args, at)
	case "addsitedir":
		r.search(args)
	case "scenario", "scenarios":
		r.features(name, args, at)
	case "Flask", "Blueprint":
		r.flaskFolders(name, args, at)
	case "getfile", "getsourcefile", "getabsfile":
		v = own(OwnFile)
		if module, ok := r.pathModule(args.at(0).path); ok && args.at(0).kind == valueSymbol {
			v.base, v.module = ModuleFolder, module
		}
	default:
		return pathValue{}, false
	}
	return v, true
}

// listers are the functions that tell what is in a folder.
var listers = map[string]bool{"listdir": true, "scandir": true, "walk": true, "fwalk": true, "glob": true, "iglob": true}

// list notes the folder that a function tells about.
func (r *pathReader) list(args pathArgs, at int) pathValue {
	r.useAll(args, pathMentioned, 1)
	folder := pathOr(args.at(0), args.get("top")).asPath()
	if root := args.get("root_dir"); root.kind != valueUnknown {
		folder = root.asPath().joined(args.at(0))
	}
	return r.opens(folder, at)
}

// open notes the file that is opened to be read.
func (r *pathReader) open(args pathArgs, at int) {
	r.useAll(args, pathMentioned, 1)
	mode := pathOr(args.at(1), args.get("mode"))
	if mode.kind != valueText || mode.path == "" || !strings.Contains("wxa", mode.path[:1]) {
		r.use(args.at(0).asPath(), pathMentioned, at)
	}
}

// function returns the last part of a name with dots, or what an import calls it.
func (r *pathReader) function(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return name[dot+1:]
	}
	r.needImports()
	if alias, ok := r.aliases[name]; ok {
		return alias
	}
	return name
}

// isFunction says whether a name, with others before it, is a function's or a module's.
func (r *pathReader) isFunction(name string) bool {
	of, _, dotted := strings.Cut(name, ".")
	r.needImports()
	_, isModule := r.modules[of]
	return !dotted || isModule || of == "os" || of == "glob"
}

// search notes a folder in which Python looks for modules: no data.
func (r *pathReader) search(args pathArgs) {
	for _, v := range args.values {
		if v.kind == valuePath && v.base == OwnFolder && !v.open {
			r.searched = append(r.searched, v.filePath(0).Path)
		}
	}
}

// harmless are functions that read nothing below a folder which they are given, or only
// Python modules.
var harmless = map[string]bool{
	"sys.path.remove": true, "sys.path.extend": true, "syspath_prepend": true, "print": true, "len": true, "repr": true, "isinstance": true,
	"exists": true, "isfile": true, "isdir": true, "is_dir": true, "is_file": true, "samefile": true, "basename": true, "getmtime": true,
	"mkdtemp": true, "NamedTemporaryFile": true, "TemporaryDirectory": true, "mkstemp": true,
	"mkdir": true, "makedirs": true, "remove": true, "unlink": true, "rmtree": true, "rmdir": true,
	"discover": true, "splitdrive": true, "startswith": true, "endswith": true, "commonpath": true,
}

// loads are functions whose first argument is a path, also where it is a mere name.
var loads = map[string]bool{
	"exists": true, "isfile": true, "isdir": true, "copy": true, "copyfile": true, "copytree": true, "copy2": true,
	"FileSystemLoader": true, "use_cassette": true, "chdir": true,
}

// namesPath says whether a parameter's name is that of a path.
func namesPath(parameter string) bool {
	for _, end := range []string{"dir", "path", "folder", "directory"} {
		if strings.HasSuffix(parameter, end) {
			return true
		}
	}
	return false
}

// isPathMaker says whether a function gives a path.
func isPathMaker(name string) bool {
	switch name {
	case "dirname", "join", "Path", "PurePath", "PosixPath", "PurePosixPath", "local", "str", "fspath", "abspath", "realpath", "normpath", "expanduser", "normcase",
		"split", "splitext", "relpath", "getcwd", "getcwdu", "cwd", "list", "tuple", "sorted", "iter", "next", "as_file", "contents", "fsdecode":
		return true
	}
	return false
}

// makePath is what a function makes of paths.
func (r *pathReader) makePath(name, full string, args pathArgs) pathValue {
	first := args.at(0)
	switch name {
	case "getcwd", "getcwdu":
		return relativeTo(CurrentFolder, ".")
	case "cwd":
		if strings.HasSuffix(full, "Path.cwd") {
			return relativeTo(CurrentFolder, ".")
		}
	case "dirname":
		return first.asPath().up(1)
	case "split":
		if first.kind == valuePath {
			return pair(first.up(1))
		}
	case "splitext":
		if first.kind == valuePath {
			return pair(first.renamed(textValue("")))
		}
	case "str", "fspath", "abspath", "realpath", "normpath", "expanduser", "normcase", "as_file", "fsdecode":
		r.useAll(args, pathMentioned, 1)
		return first
	case "list", "tuple", "sorted", "iter":
		r.useAll(args, pathMentioned, 1)
		return first
	case "next":
		if first.kind == valuePair {
			return first.items[0]
		}
		return first
	case "relpath":
		return first
	case "contents":
		return pathValue{}
	case "join":
		if first.kind == valueUnknown || first.kind == valueSymbol || len(args.values) < 2 {
			break
		}
		return first.asPath().joinedAll(pathArgs{values: args.values[1:], starred: args.starred})
	case "local", "Path", "PurePath", "PosixPath", "PurePosixPath":
		if len(args.values) == 0 && !args.starred {
			if strings.HasPrefix(full, ".") {
				break
			}
			return relativeTo(CurrentFolder, ".")
		}
		if first.kind == valueUnknown || first.kind == valueSymbol {
			break
		}
		return first.asPath().joinedAll(pathArgs{values: args.values[1:], starred: args.starred})
	}
	r.useAll(args, pathGivenAway, 0)
	return pathValue{}
}

// inPackage are the functions of importlib.resources, pkgutil and pkg_resources whose
// first argument is a package.
var inPackage = map[string]bool{
	"files": true, "open_text": true, "open_binary": true, "read_text": true, "read_binary": true, "is_resource": true,
	"get_data": true, "resource_filename": true, "resource_string": true, "resource_stream": true, "resource_listdir": true,
	"PackageLoader": true,
}

// inPackage is what such a function gives.
func (r *pathReader) inPackage(name string, args pathArgs, at int) pathValue {
	folder, ok := r.packageFolder(args.at(0))
	if !ok {
		r.useAll(args, pathGivenAway, 0)
		return pathValue{}
	}
	if name == "PackageLoader" {
		folder = folder.joined(pathOr(pathOr(args.at(1), args.get("package_path")), textValue("templates")))
	} else if len(args.values) > 1 {
		folder = folder.joinedAll(pathArgs{values: args.values[1:], starred: args.starred})
	}
	switch name {
	case "files", "resource_filename":
		return folder
	case "resource_listdir":
		return r.opens(folder, at)
	}
	r.use(folder, pathMentioned, at)
	return pathValue{}
}

// packageFolder returns the folder of a package that a name, a string or a module names.
func (r *pathReader) packageFolder(v pathValue) (pathValue, bool) {
	switch {
	case v.kind == valueSymbol && (v.path == "__package__" || v.path == "__name__"):
		return own("."), true
	case v.kind == valueSymbol:
		module, ok := r.pathModule(strings.TrimSuffix(strings.TrimSuffix(v.path, ".__name__"), ".__package__"))
		return pathValue{kind: valuePath, base: ModuleFolder, module: module, path: "."}, ok
	case v.kind == valueText && !v.open && v.path != "" && !strings.ContainsAny(v.path, "/ "):
		return pathValue{kind: valuePath, base: ModuleFolder, module: v.path, path: "."}, true
	}
	return pathValue{}, false
}

// features notes the files of pytest-bdd.
func (r *pathReader) features(name string, args pathArgs, at int) {
	for n, v := range args.values {
		if v.kind == valueText && (n == 0 || name == "scenarios") {
			r.use(relativeTo(FeatureFolder, ".").joined(v), pathGivenAway, at)
		}
	}
	r.useAll(args, pathMentioned, len(args.values))
}

// flaskFolders notes the folders that an application has beside its module.
func (r *pathReader) flaskFolders(name string, args pathArgs, at int) {
	position := 0
	if name == "Blueprint" {
		position = 1
	}
	folder, ok := r.packageFolder(pathOr(args.get("import_name"), args.at(position)))
	if !ok {
		return
	}
	templates := pathOr(args.get("template_folder"), textValue("templates"))
	static := pathOr(args.get("static_folder"), textValue("static"))
	r.use(folder.joined(templates), pathMentioned, at)
	r.use(folder.joined(static), pathMentioned, at)
}

// djangoFolders notes the folders that an application of Django has beside its AppConfig.
func (r *pathReader) djangoFolders(at int) {
	for _, folder := range []string{"templates", "static", "fixtures", "locale"} {
		r.use(own(folder), pathMentioned, at)
	}
}
