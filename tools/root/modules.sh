# shellcheck shell=bash disable=SC2154  # the variables of make, which reads this file
# The Bazel modules in the private root: stubs from the folder modules, and
# rules_go and gazelle out of the Go module proxy.
readonly modules=/usr/share/rules_xdist/modules
readonly rules_go=github.com/bazelbuild/rules_go
readonly gazelle=github.com/bazelbuild/bazel-gazelle
readonly gazelle_v2=github.com/bazel-contrib/bazel-gazelle/v2

# Prints "MODULE@VERSION" for the Go module $1.
go_module() {
  local version
  version=$(sed -nE "s|^(require)?[[:space:]]+$1 (v[^ ]+).*|\2|p" "$go_mod")
  [ -n "$version" ] || fail "go.mod: no version of $1, which the private root needs: go get $1"
  printf '%s\n' "$1@$version"
}

go_versions() {
  go_module "$rules_go" && go_module "$gazelle" && go_module "$gazelle_v2"
}

# Prints the folder in the module cache of the Go module $1, downloaded there.
download() {
  local module answer error
  module=$(go_module "$1") || exit
  answer=$(cd "$here" && go mod download -json "$module" 2>>"$log") || {
    printf '%s\n' "$answer" >>"$log"
    error=$(sed -n 's/^\t"Error": "\(.*\)".*/\1/p' <<<"$answer" | sed 's/\\"/"/g')
    fail "Go module $module cannot be downloaded: ${error#"$module: "}" "GOPROXY is $(go env GOPROXY | without_password)"
  }
  sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$answer"
}

download_modules() {
  local name
  for name in "$rules_go" "$gazelle" "$gazelle_v2"; do
    download "$name" >/dev/null
  done
}

# Copies the Go module $1 out of the module cache into the folder $2.
copy_go_module() {
  local folder
  folder=$(download "$1") || exit
  mkdir -p "$2"
  cp -r --no-preserve=mode "$folder/." "$2"
  # Module zips lose the executable bit.
  { grep -rlIm1 '^#!' "$2" || true; } | tr '\n' '\0' | xargs -0r chmod +x
}

# Replaces in the file $1 by the Perl expression $2, which must match.
patch_file() {
  perl -0pi -e "$2 or die qq{no match\\n}" "$1" || fail "$1: the change that this root needs no longer fits: $2"
}

make_modules() {
  local target=$making/root$modules
  mkdir -p "$target"
  cp -r "$here/modules/." "$target"
  # Debian's rules_python lacks this package of newer ones. Empty is enough: Bazel then
  # takes its own toolchain, which is the root's python3 too.
  install -D -m 644 /dev/null \
    "$making/root/usr/share/bazel/rules/python/python/runtime_env_toolchains/BUILD.bazel"
  copy_go_module "$rules_go" "$target/rules_go"
  copy_go_module "$gazelle" "$target/gazelle"
  copy_go_module "$gazelle_v2" "$target/gazelle/v2"
  # rules_go's default SDK is a download; here it is the machine's own Go.
  patch_file "$target/rules_go/MODULE.bazel" \
    's/go_sdk\.from_file\(\s*name = "go_default_sdk",[^)]*\)/go_sdk.host(name = "go_default_sdk")/'
  # shellcheck disable=SC2016  # Perl's own $1
  patch_file "$target/rules_go/go/private/extensions.bzl" \
    's/if not module\.is_root:\n(\s+fail\("go_sdk\.host:)/if not module.is_root and module.name != "rules_go":\n$1/'
  # The latest published v2 is older than the one that this gazelle comes with,
  # whose golden tests no longer set a timeout: Bazel has one for each test.
  patch_file "$target/gazelle/v2/testtools/files.go" \
    's/context\.WithTimeout\(context\.Background\(\), args\.Timeout\)/context.WithCancel(context.Background())/'
  # Gazelle keeps a list of its own sources, which the added v2 folder changes.
  (cd "$target/gazelle" && GOFLAGS=-mod=mod go run internal/list_repository_tools_srcs.go \
    -dir "$PWD" -generate internal/go_repository_tools_srcs.bzl) >>"$log" 2>&1 ||
    fail_with_log "gazelle: its list of sources cannot be made"
}
