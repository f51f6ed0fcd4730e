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
	{"tornado", []string{"python3-tornado"}, "unittest, bases from other files"},
	{"jsonschema", []string{"python3-jsonschema", "python3-jsonpath-ng"}, "unittest, classes generated from data files"},
	{"twisted", []string{"python3-twisted", "python3-httpx"}, "unittest of its own kind, class factories, mixins"},
	{"zope", []string{"python3-zope.interface", "python3-zope.testing"}, "unittest, mixins, a namespace package"},
	{"simplejson", []string{"python3-simplejson"}, "unittest"},
	{"joblib", []string{"python3-joblib"}, "parametrisation through a wrapper of its own"},
	{"h5py", []string{"python3-h5py"}, "unittest and pytest mixed"},
	{"pint", []string{"python3-pint"}, "parametrisation, classes over bases from other files"},
	{"shapely", []string{"python3-shapely"}, "parametrisation, modules that skip themselves"},
	{"dask", []string{"python3-dask", "python3-pandas"}, "modules that skip themselves by importorskip"},
	{"xarray", []string{"python3-xarray"}, "abstract bases, fixtures with parameters"},
	{"numpy", []string{"python3-numpy", "python3-hypothesis"}, "heavy parametrisation, generated classes, conftest hooks"},
}

func suiteNames() []string {
	var names []string
	for _, s := range suites {
		names = append(names, s.name)
	}
	return names
}
