package main

// A suite is a Python package that ships its tests, and the Debian packages that
// have it and what its tests import.
type suite struct {
	name     string // of the Python package
	packages []string
	style    string // what makes it worth comparing
}

// suites are of different styles. Their order is that of the tables.
var suites = []suite{
	{"networkx", []string{"python3-networkx"}, "functions, classes with shared bases in other files"},
	{"psutil", []string{"python3-psutil"}, "unittest, whole classes skipped by platform"},
	{"tornado", []string{"python3-tornado"}, "unittest, bases and classes made by functions"},
	{"jsonschema", []string{"python3-jsonschema"}, "unittest, classes generated from data files"},
	{"twisted", []string{"python3-twisted"}, "unittest of its own kind, much inheritance, class factories"},
	{"zope", []string{"python3-zope.interface"}, "unittest, mixins, a namespace package"},
	{"simplejson", []string{"python3-simplejson"}, "unittest, doctest suites"},
	{"joblib", []string{"python3-joblib"}, "parametrisation through wrappers, conftest hooks"},
	{"h5py", []string{"python3-h5py"}, "unittest beside pytest, generated classes"},
	{"pint", []string{"python3-pint"}, "fixtures with parameters, classes over one base"},
	{"shapely", []string{"python3-shapely"}, "module-level parametrisation, skips by version"},
	{"dask", []string{"python3-dask", "python3-pandas"}, "modules that skip themselves by importorskip"},
	{"xarray", []string{"python3-xarray"}, "nested classes, abstract bases, conftest hooks"},
	{"numpy", []string{"python3-numpy", "python3-hypothesis"}, "heavy parametrisation"},
}

func suiteNames() []string {
	var names []string
	for _, s := range suites {
		names = append(names, s.name)
	}
	return names
}
