"""Public rules and macros of rules_xdist."""

load("//rules/private:go_xdist_test.bzl", _go_xdist_test = "go_xdist_test")
load("//rules/private:py_xdist_test.bzl", _py_xdist_test = "py_xdist_test")
load("//rules/private:selection.bzl", _XdistSelectionInfo = "XdistSelectionInfo")
load("//rules/private:xdist_census_test.bzl", _xdist_census_test = "xdist_census_test")
load("//rules/private:xdist_metadata.bzl", _xdist_metadata = "xdist_metadata")
load("//rules/private:xdist_package.bzl", _xdist_package = "xdist_package")

XdistSelectionInfo = _XdistSelectionInfo
go_xdist_test = _go_xdist_test
py_xdist_test = _py_xdist_test

# What Gazelle writes beside rules_python's own extension for parts of its targets' tests:
# to that extension, every py_xdist_test is one of its own.
py_xdist_part_test = _py_xdist_test
xdist_census_test = _xdist_census_test
xdist_metadata = _xdist_metadata
xdist_package = _xdist_package
