package syntax

import (
	"path"
	"strings"
)

type pathValueKind uint8

const (
	valueUnknown pathValueKind = iota
	valueSymbol                // a name, or names with dots between: path is its source
	valueText                  // a string: path
	valuePath
	valueTuple   // a tuple or list: items
	valuePair    // what split, splitext and the like give: its first item is a path
	valueParents // the folders above a path
)

// A pathValue is what an expression gives, as far as it bears on files.
type pathValue struct {
	kind         pathValueKind
	base         PathBase
	module, name string
	path         string
	open         bool
	// slash says that path was written with a slash at its end, to be gone on with.
	slash bool
	items []pathValue
}

func symbolValue(source string) pathValue { return pathValue{kind: valueSymbol, path: source} }

func textValue(text string) pathValue { return pathValue{kind: valueText, path: text} }

// own is a path relative to the source's own folder.
func own(below string) pathValue { return pathValue{kind: valuePath, path: below} }

func relativeTo(base PathBase, below string) pathValue {
	return pathValue{kind: valuePath, base: base, path: below}
}

// asPath makes a path of a text that stands where a path must be: one relative to the
// current folder.
func (v pathValue) asPath() pathValue {
	if v.kind != valueText {
		return v
	}
	if path.IsAbs(v.path) || strings.HasPrefix(v.path, "~") {
		return pathValue{}
	}
	folder := v.path
	if v.open {
		// The last name goes on in a way that is not known.
		folder = folder[:strings.LastIndexByte(folder, '/')+1]
		if folder == "" {
			return pathValue{}
		}
	}
	return relativeTo(CurrentFolder, ".").joined(textValue(folder)).opened(v.open)
}

// opened says that something below v is read that is not known.
func (v pathValue) opened(open bool) pathValue {
	v.open = v.open || open
	return v
}

// joined appends a name to a path, as "/" and os.path.join do.
func (v pathValue) joined(name pathValue) pathValue {
	switch {
	case v.kind != valuePath:
		return pathValue{}
	case name.kind == valuePath:
		return name // it is absolute, or as good as that
	case v.open:
		return v
	case name.kind != valueText:
		return v.opened(true)
	case path.IsAbs(name.path):
		return pathValue{}
	}
	below := name.path
	if name.open {
		below = below[:strings.LastIndexByte(below, '/')+1]
	}
	if wild := strings.IndexAny(below, "*?["); wild >= 0 {
		below = below[:strings.LastIndexByte(below[:wild], '/')+1]
		name.open = true
	}
	if len(v.path)+len(below) > maxPathLength {
		return pathValue{}
	}
	v.path = path.Join(v.path, below)
	v.slash = strings.HasSuffix(below, "/")
	return v.opened(name.open)
}

// up returns the folder that n folders are between.
func (v pathValue) up(n int) pathValue {
	if v.kind != valuePath || v.open {
		return v
	}
	for range n {
		if len(v.path) > maxPathLength {
			return pathValue{}
		}
		v.path = path.Join(v.path, "..")
	}
	return v
}

// renamed returns the path with another end of its last name: suffix takes the place of
// what begins with its last dot.
func (v pathValue) renamed(suffix pathValue) pathValue {
	if v.kind != valuePath || v.open {
		return v
	}
	folder, file := path.Split(v.path)
	stem := strings.TrimSuffix(file, path.Ext(file))
	if file == OwnFile {
		stem = OwnStem
	}
	if suffix.kind != valueText || suffix.open || strings.Contains(suffix.path, "/") {
		return v.up(1).opened(true)
	}
	v.path = path.Join(folder, stem+suffix.path)
	return v
}

// plus is the value of an addition, of strings side by side, and of a replacement field.
func (r *pathReader) plus(a, b pathValue) pathValue {
	switch {
	case a.kind == valueTuple:
		return pathValue{kind: valueTuple, items: append(a.items[:len(a.items):len(a.items)], b.items...)}
	case b.kind == valuePath && a.kind <= valueText:
		return b // "file://" + path
	case a.kind == valueText && b.kind == valueText && !a.open:
		if len(a.path)+len(b.path) > maxPathLength {
			return pathValue{}
		}
		return textValue(a.path + b.path).opened(b.open)
	case a.kind == valueText:
		return a.opened(true)
	case a.kind != valuePath:
		return pathValue{}
	case a.open:
		return a
	case b.kind != valueText:
		if !a.slash && a.path != "." {
			a = a.up(1) // its last name may go on
		}
		return a.opened(true)
	case strings.HasPrefix(b.path, "/"), a.slash, b.path == "":
		a = a.joined(textValue(strings.TrimLeft(b.path, "/")).opened(b.open))
		a.slash = strings.HasSuffix(b.path, "/")
		return a
	case strings.HasPrefix(b.path, ":"):
		return pathValue{} // a line of the file, in a message
	case (strings.HasSuffix(a.path, OwnStem) || strings.HasSuffix(a.path, OwnFile)) && !strings.Contains(b.path, "/") && !b.open:
		a.path += b.path
		return a
	}
	return a.up(1).opened(true)
}

// filePath returns the path as it is reported.
func (v pathValue) filePath(offset int) FilePath {
	return FilePath{Base: v.base, Module: strings.Clone(v.module), Name: strings.Clone(v.name), Path: strings.Clone(path.Clean(v.path)), Open: v.open, Offset: offset}
}
