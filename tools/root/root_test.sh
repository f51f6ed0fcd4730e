#!/usr/bin/env bash
# Tests tools/bazel and tools/root with stand-ins for whatever asks the network
# or takes long: apt, mmdebstrap, go, and mostly enter. Needs no network, takes
# a few seconds, and ends with "N passed, M failed".
# shellcheck disable=SC2016  # scripts for others to expand
set -uo pipefail
tools=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
scratch=$(readlink -f "$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/root_test.XXXXXX")")
readonly tools scratch repo=$scratch/repo cache=$scratch/home/.cache/rules_xdist calls=$scratch/calls
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

# --- What tests say ---

check() { # NAME COMMAND [ARG ...]
  if "${@:2}"; then
    passed=$((passed + 1))
    printf 'ok    %s\n' "$1"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s: %s\n' "$1" "${*:2}"
    sed 's/^/      | /' "$scratch/out" "$scratch/err"
  fi
}

says() { grep -qF -- "$1" "$scratch/err"; }
prints() { grep -qxF -- "$1" "$scratch/out"; }
prints_only() { [ "$(cat "$scratch/out")" = "$1" ]; }
status_is() { [ "$status" = "$1" ]; }
roots_made() { [ "$(grep -c "^mmdebstrap --verbose " "$calls")" = "$1" ]; }
call_has() { grep "^$1 " "$calls" | grep -qF -- "$2"; }
no_leftovers() { [ -z "$(find "$cache" -name making)" ]; }
no_root() { [ -z "$(find "$cache" -maxdepth 2 -name root)" ]; }
is_same() { [ "$1" = "$2" ]; }
differs() { [ "$1" != "$2" ]; }

# --- The machine that tests run on ---

# Programs of the real machine; all others are stand-ins or absent.
readonly programs='bash cat chmod cp cut du echo env find flock grep head id install ln mkdir mktemp mount mv perl readlink
  rm sed setpriv sh sha256sum sleep sort tail tar touch tr true umount uname unshare xargs'

stand_in() { # NAME, with the script on standard input
  cat - >"$1" <<END
#!/usr/bin/env bash
printf '%s\n' "${1##*/} \${*//\$'\n'/ }" >>"$calls"
$(cat)
END
  chmod +x "$1"
}

new_machine() {
  rm -rf "${scratch:?}"/{bin,home,go,repo}
  mkdir -p "$scratch"/{bin,home,go/bin} "$repo/tools"
  cp "$tools/../go.mod" "$repo"
  cp -rL "$tools/bazel" "$tools/root" "$repo/tools"
  : >"$calls"
  debian_stand_ins
  go_stand_in
  # Says what it is called with, like the Bazel that it would run.
  stand_in "$repo/tools/root/enter" <<'END'
[ "$1" != --check ] || exit 0
printf '%s\n' "${@:2}"
exit "${EXIT-0}"
END
}

link_programs() {
  local program
  mkdir "$scratch/programs"
  for program in $programs; do
    ln -s "$(type -P "$program")" "$scratch/programs/$program"
  done
}

debian_stand_ins() {
  stand_in "$scratch/bin/apt-get" <<'END'
case $* in
  *indextargets*) printf '%s' "${MIRROR-http://name:secret@mirror.test/debian}" ;;
  *update*) echo "Could not connect to mirror.test" ;;
  *) exit 1 ;;
esac
END
  stand_in "$scratch/bin/apt-config" <<'END'
printf '%s\n' 'Acquire::http::Proxy "http://proxy.test:1";' 'Acquire::cdrom "";' 'APT::Architecture "test";'
END
  stand_in "$scratch/bin/newuidmap" </dev/null
  stand_in "$scratch/bin/grep" <<'END'
[ "${*: -1}" = /etc/subuid ] || exec "${0%/*}/../programs/grep" "$@"
END
  stand_in "$scratch/bin/mmdebstrap" <<'END'
[ "$1" != --unshare-helper ] || exec "${@:2}"
cd "$TMPDIR" && mkdir -p etc/bazel usr
case ${FAKE-} in
  fail) echo "E: Could not connect to mirror.test" >&2; exit 1 ;;
  missing) printf 'E: %s\n' "Unable to locate package tree-house" "Package 'tea-pot' has no installation candidate" >&2; exit 1 ;;
  hang) touch "$STARTED"; exec sleep 30 ;;
  slow) touch "$STARTED"; sleep 0.5 ;;
esac
tar -cf - etc usr
END
}

go_stand_in() {
  local module=$scratch/go/module
  mkdir -p "$module"/{go/private,testtools}
  printf 'go_sdk.from_file(\n    name = "go_default_sdk",\n    go_mod = "x",\n)\n' >"$module/MODULE.bazel"
  printf 'if not module.is_root:\n    fail("go_sdk.host: no")\n' >"$module/go/private/extensions.bzl"
  printf 'context.WithTimeout(context.Background(), args.Timeout)\n' >"$module/testtools/files.go"
  printf '#!/bin/sh\n' >"$module/script.sh"
  stand_in "$scratch/bin/go" <<END
case \$* in
  "env GOVERSION GOROOT") printf '%s\n' "\${GOVERSION-go9.9}" "$scratch/go" ;;
  "env GOPROXY") echo "http://name:secret@proxy.test" ;;
  "mod download -json "*)
    [ "\${FAKE_GO-}" != fail ] || { printf '{\n\t"Error": "%s: dial \\\\"proxy.test\\\\""\n}\n' "\${*: -1}"; exit 1; }
    printf '{\n\t"Dir": "%s",\n}\n' "$module" ;;
esac
END
}

run() { # VARIABLE=VALUE ... COMMAND [ARG ...]
  env -i PATH="$scratch/bin:$scratch/programs" HOME="$scratch/home" STARTED="$scratch/started" "$@" \
    >"$scratch/out" 2>"$scratch/err" </dev/null
  status=$?
}

# Starts a root's making in a process group of its own, and waits until it is in the middle.
start_making() { # FAKE
  rm -f "$scratch/started"
  set -m
  env -i PATH="$scratch/bin:$scratch/programs" HOME="$scratch/home" STARTED="$scratch/started" FAKE="$1" "$repo/tools/bazel" first \
    >"$scratch/first.out" 2>"$scratch/first.err" </dev/null &
  making=$!
  set +m
  local tries=100
  until [ -e "$scratch/started" ] || [ $((tries--)) = 0 ]; do
    sleep 0.05
  done
}

# Ends it, and waits for all of its processes: bazel may end before make.
stop_making() { # SIGNAL
  kill "-$1" -- "-$making"
  finish_making
}

finish_making() {
  wait "$making" 2>/dev/null
  status=$?
  while kill -0 -- "-$making" 2>/dev/null; do
    sleep 0.05
  done
  mv "$scratch/first.out" "$scratch/out"
  mv "$scratch/first.err" "$scratch/err"
}

root_of_recipe() {
  run "$repo/tools/root/make" --help
  sed -n "s/^This recipe's root: *\([^ ]*\).*/\1/p" "$scratch/out"
}

# --- Which Bazel ---

test_bazel_real() {
  new_machine
  stand_in "$scratch/real bazel" <<<'printf "<%s>\n" "$@"; exit 7'
  run BAZEL_REAL="$scratch/real bazel" "$repo/tools/bazel" test '//a b' '' '*'
  check "BAZEL_REAL: arguments" prints_only $'<test>\n<//a b>\n<>\n<*>'
  check "BAZEL_REAL: exit code" status_is 7
  check "BAZEL_REAL: no root is made" no_root_folder
}

no_root_folder() { [ ! -e "$cache" ]; }

test_bazelisk() {
  new_machine
  stand_in "$scratch/bin/bazelisk" <<<'echo "skip $BAZELISK_SKIP_WRAPPER $*"; exit 8'
  stand_in "$scratch/bin/bazel" <<<'echo "bazel 8.0.0"'
  run "$repo/tools/bazel" build //x
  check "bazelisk goes before bazel, and does not call back" prints_only "skip true build //x"
  check "bazelisk: exit code" status_is 8
}

test_bazel_on_path() {
  new_machine
  stand_in "$scratch/bin/bazel" <<<'[ "$*" = --version ] && echo "bazel 7.10.0rc1" || { echo "mine $*"; exit 3; }'
  run "$repo/tools/bazel" build //x
  check "bazel 7.10 on the PATH" prints_only "mine build //x"
  check "bazel on the PATH: exit code" status_is 3
}

test_unusable_bazel() {
  local version
  for version in "bazel 7.6.9" "bazel 4.2.3- (@non-git)" "bazel no_version" ""; do
    new_machine
    stand_in "$scratch/bin/bazel" <<<"echo '$version'"
    run EXIT=5 "$repo/tools/bazel" build //x
    check "bazel that says '$version' is not taken" prints_only $'bazel\nbuild\n//x'
    check "bazel that says '$version': exit code of the root's" status_is 5
  done
}

test_itself_on_path() {
  new_machine
  mkdir "$scratch/a folder"
  ln -s "$repo/tools/bazel" "$scratch/a folder/bazel"
  run PATH="$scratch/a folder:$scratch/bin:$scratch/programs" bazel build
  check "tools/bazel on the PATH does not call itself" prints_only $'bazel\nbuild'
  rm -r "$scratch/a folder"
}

# --- Making a root ---

test_make() {
  new_machine
  run "$repo/tools/bazel" --help-root
  check "--help-root makes no root" no_root_folder
  check "--help-root says so" grep -q "root (not made yet)" "$scratch/out"
  run "$repo/tools/root/make"
  local root
  root=$(cat "$scratch/out")
  check "a root is made" test -d "$root/usr"
  check "nothing else is left" no_leftovers
  check "packages" call_has mmdebstrap ",python3-pytest,"
  check "mirror" call_has mmdebstrap "deb http://name:secret@mirror.test/debian forky main"
  check "apt's proxy" call_has mmdebstrap '--aptopt=Acquire::http::Proxy "http://proxy.test:1";'
  check "no other settings of apt" test -z "$(grep -E 'cdrom|Architecture' "$calls")"
  check "bazelrc: folder" grep -q "output_user_root=${root%/root}/bazel$" "$root/etc/bazel/bazelrc"
  check "bazelrc: all filled in" test -z "$(grep -v '^#' "$root/etc/bazel/bazelrc" | grep '@')"
  local modules=$root/usr/share/rules_xdist/modules
  check "rules_go takes the machine's Go" grep -q '^go_sdk.host(name = "go_default_sdk")' "$modules/rules_go/MODULE.bazel"
  check "scripts can be executed" test -x "$modules/gazelle/v2/script.sh"
  check "overridden modules exist" overridden_modules_exist "$root/etc/bazel/bazelrc" "$modules"
  run FAKE=fail "$repo/tools/bazel" build
  check "the second start makes nothing" roots_made 1
  check "the second start says nothing" test ! -s "$scratch/err"
}

overridden_modules_exist() { # BAZELRC MODULES
  local name
  while IFS= read -r name; do
    [ -e "$2/$name/MODULE.bazel" ] || return 1
  done < <(sed -n 's|^common --override_module=.*/rules_xdist/modules/||p' "$1")
}

test_recipe() {
  new_machine
  local first second
  run "$repo/tools/root/make"
  first=$(cat "$scratch/out")
  echo "# more" >>"$repo/tools/root/README.md"
  check "README.md makes no other root" is_same "$(root_of_recipe)" "$first"
  local change
  for change in packages bazelrc enter modules/zlib/MODULE.bazel; do
    echo "# more" >>"$repo/tools/root/$change"
    second=$(root_of_recipe)
    check "a change of $change makes another root" differs "$second" "$first"
    first=$second
  done
  sed -i -E 's|(bazelbuild/rules_go) .*|\1 v0.99.9|' "$repo/go.mod"
  check "another version of rules_go makes another root" differs "$(root_of_recipe)" "$first"
  run "$repo/tools/bazel" build
  check "another root is made" roots_made 2
  check "the first is named" says "roots of other recipes are kept"
  run "$repo/tools/bazel" --help-root
  check "--help-root names the other with its size" grep -qE "^[0-9.]+[KM]?[[:space:]]+$cache/" "$scratch/out"
}

# --- Interruptions ---

test_interrupt() {
  local signal expected
  for signal in INT TERM; do
    new_machine
    start_making hang
    stop_making "$signal"
    expected=$([ "$signal" = INT ] && echo 130 || echo 143)
    check "$signal: exit code" status_is "$expected"
    check "$signal: leaves nothing" no_leftovers
    check "$signal: no root" no_root
    check "$signal: says so" says "interrupted"
    run "$repo/tools/bazel" build
    check "$signal: the next start makes the root" prints_only $'bazel\nbuild'
  done
}

test_kill() {
  new_machine
  start_making hang
  stop_making KILL
  check "kill -9: no root" no_root
  check "kill -9: leaves the half-made one" differs "$(find "$cache" -name making)" ""
  run "$repo/tools/bazel" build
  check "kill -9: the next start makes the root" prints_only $'bazel\nbuild'
  check "kill -9: the next start removes the half-made one" no_leftovers
}

test_two_at_once() {
  new_machine
  start_making slow
  run "$repo/tools/bazel" second
  check "two at once: the second waits and says so" says "waiting for it"
  check "two at once: the second goes on" prints_only $'bazel\nsecond'
  finish_making
  check "two at once: the first succeeds" status_is 0
  check "two at once: one root is made" roots_made 1
}

# --- Errors ---

fails() { # NAME MESSAGE VARIABLE=VALUE ...
  run "${@:3}" "$repo/tools/bazel" build
  check "$1: fails" status_is 1
  check "$1: says why" says "$2"
  check "$1: tells no password" test -z "$(grep secret "$scratch/err")"
  check "$1: leaves nothing" no_leftovers_at_all
}

no_leftovers_at_all() { [ ! -e "$cache" ] || { no_leftovers && no_root; }; }

test_errors() {
  new_machine
  fails "mirror" "cannot be had from the mirror http://mirror.test/debian, suite forky" FAKE=fail
  check "mirror: shows apt's own words" says "Could not connect to mirror.test"
  fails "missing package" "missing Debian package: tea-pot tree-house: named in" FAKE=missing
  fails "no mirror" "none of the Debian mirrors of this machine's apt can be reached" MIRROR=
  fails "Go proxy" 'cannot be downloaded: dial "proxy.test"' FAKE_GO=fail
  check "Go proxy: is named" says "GOPROXY is http://proxy.test"
  fails "folder with a space" "/a b/.cache: Bazel's outputs cannot be below" HOME="/a b"
  fails "no home" "HOME is not set to an absolute path" HOME= XDG_CACHE_HOME=relative
  run "$repo/tools/bazel" build
  check "after all these the root is made" prints_only $'bazel\nbuild'
  new_machine
  rm "$scratch/bin/mmdebstrap"
  fails "no mmdebstrap" "missing Debian package: mmdebstrap"
  rm "$scratch/bin/apt-get"
  fails "no Debian" "can only be made on Debian"
  sed -i '/rules_go/d' "$repo/go.mod"
  fails "go.mod" "go.mod: no version of github.com/bazelbuild/rules_go"
}

# --- Entering a root: the real script ---

test_enter() {
  new_machine
  cp "$tools/root/enter" "$repo/tools/root/enter"
  local enter=$repo/tools/root/enter root=$scratch/home/root
  run GOVERSION=go1.19.8 "$enter" --check
  check "old Go" says "is go1.19.8, and go.mod needs go1."
  mv "$scratch/bin/go" "$scratch/bin/not-go"
  run "$enter" --check
  check "no Go" says "go: command not found: install Go 1."
  mv "$scratch/bin/not-go" "$scratch/bin/go"
  run "$enter" --check
  if [ "$status" != 0 ]; then
    check "no namespaces: says so" says "allows no mount namespace"
    printf 'skip  the rest of enter: no namespaces here\n'
    return
  fi
  mkdir "$root"
  ln -s /usr /etc "$root"
  cd /usr || exit
  run "$enter" "$root" true
  check "a hidden folder is refused" says "/usr: is hidden inside the private root"
  cd "$scratch/go" || exit
  run "$enter" "$root" sh -c 'pwd; echo "$PATH"; printf "<%s>\n" "$@"; test -e /.old || exit 9' sh 'a b' ''
  cd / || exit
  check "enter: folder" prints "$scratch/go"
  check "enter: Go comes first" prints "$scratch/go/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
  check "enter: arguments" prints "<a b>"
  check "enter: exit code, and nothing of the old root" status_is 9
}

link_programs
for test in $(compgen -A function test_); do
  "$test"
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
