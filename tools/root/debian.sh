# shellcheck shell=bash disable=SC2154  # the variables of make, which reads this file
# The Debian system in the private root. Nothing of the machine's own is changed.
readonly suite=forky

check_machine() {
  command -v apt-get >/dev/null ||
    fail "neither Bazelisk nor Bazel 7.7 or newer is on the PATH, and a private root can only be made on Debian" \
      "install Bazelisk: https://github.com/bazelbuild/bazelisk"
  "$here/enter" --check || exit
  [ $EUID != 0 ] || return 0
  local user
  user=$(id -un)
  command -v newuidmap >/dev/null ||
    fail "missing Debian package: uidmap (root can do without)" "run: sudo apt-get install uidmap"
  grep -qE "^($user|$EUID):" /etc/subuid ||
    fail "/etc/subuid: no range for the user $user (root can do without)" \
      "run: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user"
}

apt_options=()
apt_get() {
  apt-get "${apt_options[@]}" "$@"
}

# Package lists of our own where the machine has none, as in containers, or
# where something is to be downloaded.
use_own_lists() {
  [ ${#apt_options[@]} = 0 ] || return 0
  say "reading the package lists of this machine's mirror"
  mkdir -p "$making"/apt/{lists,cache}/partial
  apt_options=(-o "Dir::State::lists=$making/apt/lists" -o "Dir::Cache=$making/apt/cache" -o APT::Sandbox::User=root)
  # Its status says nothing: a source that has no part in this may be away.
  apt_get update >>"$log" 2>&1 || true
}

# Prints the Debian mirror that this machine's apt uses; never a name of our own.
debian_mirror() {
  # shellcheck disable=SC2016  # expanded by apt
  apt_get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' |
    sort -u | sed -n 1p
}

# Sets mirror, and shown_mirror for messages.
find_mirror() {
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || {
    use_own_lists
    mirror=$(debian_mirror)
  }
  [ -n "$mirror" ] ||
    fail_with_log "none of the Debian mirrors of this machine's apt can be reached" \
      "see /etc/apt/sources.list and /etc/apt/sources.list.d, and try: apt-get update"
  shown_mirror=$(without_password <<<"$mirror")
}

# Makes mmdebstrap callable, Debian's program that makes a Debian system: a
# single file, taken out of its package where it is not installed.
find_mmdebstrap() {
  PATH=$PATH:$making/mmdebstrap/usr/bin
  ! command -v mmdebstrap >/dev/null || return 0
  use_own_lists
  say "mmdebstrap is not installed: taking it out of its package"
  (cd "$making" && apt_get download mmdebstrap && dpkg -x mmdebstrap_*.deb mmdebstrap) >>"$log" 2>&1 ||
    fail_with_log "missing Debian package: mmdebstrap, which cannot be had from the mirror $shown_mirror"
}

# apt's own settings for reaching the mirror: proxies, retries, validity checks.
apt_settings() {
  apt-config dump | sed -nE '/^Acquire::((https?|ftp)::|Check-|Retries)/ { / "";$/! s/^/--aptopt=/p }'
}

# A folder for the system while it is made. An ordinary user's is made under
# other user ids, which may not enter that user's home: it is elsewhere.
temporary_folder() {
  local folder=$making/tmp
  if [ $EUID = 0 ]; then
    mkdir "$folder"
  else
    ln -s "$(mktemp -d)" "$folder"
    chmod 755 "$folder/"
  fi
  readlink -f "$folder"
}

# What other user ids made only they can empty, and only we can remove.
remove_leftovers() {
  local elsewhere
  elsewhere=$(readlink "$making/tmp" || true)
  if [ -n "$elsewhere" ]; then
    PATH=$PATH:$making/mmdebstrap/usr/bin mmdebstrap --unshare-helper rm -rf "$elsewhere" >>"$log" 2>&1 || true
    rm -rf "$elsewhere"
  fi
  rm -rf --one-file-system "$making"
}

# Shows what apt and dpkg do: on a terminal in one line, else now and then.
progress() {
  local line step total=0
  local -A count=()
  # Ctrl-C: whoever writes to us has something to clean up first.
  trap '' INT
  while IFS= read -r line; do
    printf '%s\n' "$line" >&3
    if [[ $line =~ ([0-9]+)\ newly\ installed ]]; then
      total=${BASH_REMATCH[1]} count=()
    elif [[ $line =~ ^Need\ to\ get\ (.*)\ of\ archives ]]; then
      clear_line
      say "$total packages to install, ${BASH_REMATCH[1]} to download"
    elif [[ $line =~ ^(Get):[0-9]+\ [^\ ]+\ [^\ ]+\ [^\ ]+\ ([a-z0-9][^\ ]+) ||
      $line =~ ^(Unpacking|Setting up)\ ([^\ :]+) ]]; then
      step=${BASH_REMATCH[1]/Get/Downloading}
      count[$step]=$((${count[$step]-0} + 1))
      show_step "$step ${count[$step]} of $total: ${BASH_REMATCH[2]}" "${count[$step]}"
    elif [[ $line =~ ^I:\ (extracting|cleaning|creating).* ]]; then
      show_step "${line#I: }"
    fi
  done 3>>"$log"
  clear_line
}

# show_step WORDS [COUNT]
show_step() {
  if [ -t 2 ]; then
    printf '\r\033[Ktools/root: [%3ds] %.58s' "$SECONDS" "$1" >&2
  elif [ $((${2-1} % 100)) = 0 ]; then
    say "$1"
  fi
}

clear_line() {
  [ ! -t 2 ] || printf '\r\033[K' >&2
}

# Run by mmdebstrap before it installs packages: what nothing here reads is left
# out. By --dpkgopt mmdebstrap would want Python. The JDK's installation writes
# to man1.
# shellcheck disable=SC2016  # expanded by the hook's shell
readonly leave_out='
  cd "$1"
  printf "%s\n" >etc/dpkg/dpkg.cfg.d/rules_xdist \
    "path-exclude=/usr/share/doc/*" "path-include=/usr/share/doc/*/copyright" \
    "path-exclude=/usr/share/man/*/*" "path-exclude=/usr/share/locale/*" \
    "path-exclude=/usr/lib/jvm/*/jmods/*"
  mkdir -p usr/share/man/man1
  rm -rf usr/share/locale/* usr/share/man/*/*'

make_debian() {
  local packages settings temporary
  packages=$(sed 's/#.*//' "$here/packages" | xargs | tr ' ' ',')
  mapfile -t settings < <(apt_settings)
  temporary=$(temporary_folder)
  # Mode unshare, for root too: what it mounts is gone with its processes.
  {
    TMPDIR=$temporary mmdebstrap --verbose --variant=apt --mode=unshare --format=tar "${settings[@]}" \
      --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
      --dpkgopt='force-unsafe-io' --extract-hook="$leave_out" --include="$packages" \
      "$suite" - "deb $mirror $suite main" |
      tar -C "$making/root" --no-same-owner --no-same-permissions --exclude='./dev/*' -xf -
  } 2>&1 | progress || debian_failed
}

debian_failed() {
  local missing
  missing=$(sed -nE "s/^E: (Unable to locate package |Package ')([^ ']+).*/\2/p" "$log" | sort -u | xargs)
  [ -z "$missing" ] ||
    fail "missing Debian package: $missing: named in $here/packages, and not in the suite $suite of the mirror $shown_mirror" \
      "the whole log: $log"
  fail_with_log "the packages of $here/packages cannot be had from the mirror $shown_mirror, suite $suite"
}
