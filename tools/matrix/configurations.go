package main

// A configuration is a way in which a build differs from the one of today.
type configuration struct {
	name  string
	flags []string
	// eight makes rules_python do what it does with Bazel 8 and newer.
	eight bool
}

const (
	pool   = "--repo_env=RULES_XDIST_SERIAL=pool"
	script = "--@rules_python//python/config_settings:bootstrap_impl=script"
)

// flips are the flags whose defaults Bazel 8, 9 and 10 changed, as far as Bazel 7.7 has them.
var flips = []string{
	"--incompatible_auto_exec_groups",
	"--incompatible_autoload_externally=",
	"--incompatible_check_testonly_for_output_files",
	"--incompatible_config_setting_private_default_visibility",
	"--incompatible_default_to_explicit_init_py",
	"--incompatible_disable_native_repo_rules",
	"--incompatible_disable_starlark_host_transitions",
	"--incompatible_disallow_empty_glob",
	"--incompatible_no_implicit_file_export",
	"--incompatible_use_plus_in_repo_names",
	"--experimental_fetch_all_coverage_outputs",
	"--experimental_split_coverage_postprocessing",
}

var configurations = []configuration{
	{name: "default"},
	{name: "pool", flags: []string{pool}},
	{name: "script", flags: []string{script}},
	{name: "8", eight: true},
	{name: "8 pool", flags: []string{pool}, eight: true},
	{name: "8 flips", flags: flips, eight: true},
	{name: "8 flips pool", flags: append([]string{pool}, flips...), eight: true},
}

// A workspace is what is built in each configuration.
type workspace struct {
	name     string
	folder   string // in the repository
	patterns []string
}

var workspaces = []workspace{
	{"platform", "examples/platform", []string{"//tests/..."}},
	// Among them //rules/together: workers, boxed and each, beside serial tests of the same file.
	{"rules", ".", []string{"//rules/..."}},
}
