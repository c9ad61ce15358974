#!/usr/bin/env bash
# Installs what is missing, says what, and is quick when nothing is.
#   tools/setup.sh build   what a build needs
#   tools/setup.sh demo    and what the demo shows it with
#   tools/setup.sh test    and what the tests need
set -euo pipefail
cd "$(dirname "$0")/.."
# Without root's own directories, as after `su`, dpkg installs nothing.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# NAME|NAME is the first of them that apt offers. NAME=PROGRAM need not be installed where others brought the program.
BUILD_PACKAGES=(make gcc libc6-dev musl-tools)
DEMO_PACKAGES=(procps util-linux)
TEST_PACKAGES=(acl attr clang qemu-system-x86 iproute2 util-linux psmisc procps strace libcap2-bin kmod xz-utils)
# What boots a guest for the tests of its cgroup manager; nothing of it is started here.
TEST_PACKAGES+=(systemd)
# Engines and runtimes of others, that ours are tested below and beside. Docker's client has a package of its own, or not.
TEST_PACKAGES+=(podman conmon buildah catatonit docker.io=dockerd 'docker-cli|docker.io=docker' containerd=containerd)
TEST_PACKAGES+=(crun runc=runc criu uidmap)
# Programs that the test hosts run, and the firewalls that they have.
TEST_PACKAGES+=(netcat-openbsd curl iperf3 bind9-dnsutils tcpdump nftables iptables)
# Firewalls that they have as well, each in a namespace of its own.
FIREWALLS=(firewalld ufw)
TEST_PACKAGES+=('dbus-daemon|dbus' "${FIREWALLS[@]}")
# Registries, and those who make images and sign them.
TEST_PACKAGES+=(docker-registry skopeo umoci openssl gpg gpg-agent gpgv zstd bzip2)

LOG=build/set-up.log
UNITS=${SETUP_UNITS:-/etc/systemd/system}

fail() {
  echo "set-up: $*" >&2
  exit 1
}

list_installed() { installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n'); }
is_installed() { [[ $'\n'$installed$'\n' == *$'\n'"installed $1"$'\n'* ]]; }
is_offered() { [[ $(LC_ALL=C apt-cache policy "$1") == *'  Candidate: '[^\(]* ]]; }
has_lists() { [[ $(LC_ALL=C apt-cache policy) == *' Packages'* ]]; }

# The name by which to install a package: nothing where it is there, "-" where apt does not have it.
name_to_install() {
  local name names program=${1#*=}
  if [ "$program" != "$1" ] && command -v "$program" >/dev/null; then return; fi
  IFS='|' read -ra names <<<"${1%=*}"
  for name in "${names[@]}"; do
    if is_installed "$name"; then return; fi
    if is_offered "$name"; then
      echo "$name"
      return
    fi
  done
  echo -
}

# Sorts packages into `missing` and, where apt does not have them, `lacking`.
sort_packages() {
  local package name
  missing=() lacking=()
  for package in "$@"; do
    name=$(name_to_install "$package")
    case $name in
    '') ;;
    -) lacking+=("${package##*[|=]}") ;;
    *) [[ " ${missing[*]} " == *" $name "* ]] || missing+=("$name") ;;
    esac
  done
}

run_apt() {
  # Nothing asks, nothing of the machine's is restarted or taken away.
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get "$@" >"$LOG" 2>&1 && return
  grep -E '^[EW]:' "$LOG" >&2 || true
  fail "apt-get $1 failed: see $LOG"
}

# Once a run.
update_lists() {
  [ -z "$updated" ] || return 0
  run_apt update -q
  updated=yes
}

# A firewall that was not here before is to be no service of this machine's, now or after the next boot.
keep_off_firewalls() {
  local package
  for package in "$@"; do
    [[ " ${FIREWALLS[*]} " == *" $package "* ]] || continue
    mkdir -p "$UNITS"
    [ -e "$UNITS/$package.service" ] || ln -s /dev/null "$UNITS/$package.service"
  done
}

need_root() { [ "$(id -u)" -eq 0 ] || fail "installing Debian packages needs root; run: sudo apt-get install $*"; }

install_missing() {
  local missing lacking
  sort_packages "$@"
  # A new machine has no lists yet, and offers nothing.
  if [ ${#lacking[@]} -gt 0 ] && ! has_lists; then
    need_root "${missing[@]}" "${lacking[@]}"
    update_lists
    sort_packages "$@"
  fi
  unknown+=("${lacking[@]}")
  [ ${#missing[@]} -gt 0 ] || return 0
  need_root "${missing[@]}"
  echo "set-up: installing Debian packages: ${missing[*]}"
  update_lists
  keep_off_firewalls "${missing[@]}"
  run_apt install -y --no-install-recommends --no-remove "${missing[@]}"
  list_installed
}

# Debian's installer brings another busybox, which this one would push away: it is only unpacked there.
unpack_busybox() {
  local to=$PWD/build/busybox-static
  if [ -e "$to" ]; then return; fi
  echo 'set-up: unpacking busybox-static into build/, as busybox is installed'
  rm -rf "$to.new"
  mkdir "$to.new"
  (cd "$to.new" && LOG=../set-up.log && run_apt download -o APT::Sandbox::User=root busybox-static && dpkg -x ./*.deb .)
  rm "$to.new"/*.deb
  mv "$to.new" "$to"
}

# The sanitizers' and libFuzzer's runtime, whose package carries clang's version in its name, where it is one of its own.
clang_runtime() {
  local version
  version=$(clang --version | sed -n 's/.*clang version \([0-9]*\).*/\1/p')
  install_missing "libclang-rt-$version-dev|libclang-common-$version-dev"
}

# Of others npm leaves out what the checks are made with: package-lock.json, engines.
check_node() {
  local version major minor
  version=$(node --version 2>/dev/null) || fail 'Node is missing: install Node 20.19 or later, with npm'
  IFS=. read -r major minor _ <<<"${version#v}"
  if [ "$((major * 100 + minor))" -lt 2019 ] || [ "$major" -eq 21 ] || { [ "$major" -eq 22 ] && [ "$minor" -lt 12 ]; }; then
    fail "Node ${version#v} will not do: install Node 20.19, 22.12 or a later one, with npm"
  fi
  command -v npm >/dev/null || fail 'npm is missing: install it beside Node'
}

# A link leads to what another checkout has installed, and npm ci would empty it there.
needs_node_modules() {
  wanted=$(sha256sum package-lock.json)
  [ ! -L node_modules ] && [ "$(cat node_modules/.limpid-lock 2>/dev/null)" != "$wanted" ]
}

install_node_modules() {
  echo 'set-up: installing npm packages (npm ci)'
  # Install scripts stay off (npm 11's default, older ones do run them); Bun's only links the binary that
  # came with its platform's package, so it alone is run by hand.
  npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
  (cd node_modules/bun && node install.js)
  node_modules/.bin/bun --version >/dev/null
  echo "$wanted" >node_modules/.limpid-lock
}

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || fail 'this needs Debian or Ubuntu, for their packages'
# Before anything is installed.
if needs_node_modules; then check_node; fi
mkdir -p build
list_installed
packages=("${BUILD_PACKAGES[@]}") unknown=() updated=''
case ${1:-build} in
demo) packages+=("${DEMO_PACKAGES[@]}") ;;
test) packages+=("${TEST_PACKAGES[@]}") ;;
esac
if is_installed busybox && ! is_installed busybox-static; then
  install_missing "${packages[@]}"
  unpack_busybox
else
  install_missing "${packages[@]}" busybox-static
fi
for package in "${BUILD_PACKAGES[@]}"; do
  is_installed "$package" || fail "apt does not have $package (hint: Ubuntu has it in its part \"universe\")"
done
if [ "${1:-build}" = test ]; then
  clang_runtime
  # Tests may be skipped for these.
  echo "${unknown[*]}" >build/lacking
  [ ${#unknown[@]} -eq 0 ] || echo "set-up: apt does not have, so nothing is tested with: ${unknown[*]}"
fi
if needs_node_modules; then install_node_modules; fi
