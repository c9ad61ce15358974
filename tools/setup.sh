#!/usr/bin/env bash
# Installs what is missing, says what, and is quick when nothing is.
#   tools/setup.sh build   what a build needs
#   tools/setup.sh test    and what the tests need on top
set -euo pipefail
cd "$(dirname "$0")/.."

BUILD_PACKAGES=(make gcc libc6-dev musl-tools busybox-static)
TEST_PACKAGES=(acl attr clang qemu-system-x86 iproute2 util-linux psmisc procps strace libcap2-bin kmod xz-utils)
# What boots a guest for the tests of its cgroup manager; nothing of it is started here.
TEST_PACKAGES+=(systemd)
# Engines and runtimes of others, that ours are tested below and beside.
TEST_PACKAGES+=(podman conmon buildah catatonit docker.io containerd crun runc criu uidmap)
# Programs that the test hosts run, and the firewalls that they have.
TEST_PACKAGES+=(netcat-openbsd curl iperf3 bind9-dnsutils tcpdump nftables iptables)
# Firewalls that they have as well, each in a namespace of its own.
FIREWALLS=(firewalld ufw)
TEST_PACKAGES+=(dbus-daemon "${FIREWALLS[@]}")
# Registries, and those who make images and sign them.
TEST_PACKAGES+=(docker-registry skopeo umoci openssl gpg gpg-agent gpgv zstd bzip2)
is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_missing() {
  local package missing=()
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return
  echo "set-up: installing Debian packages: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    echo "set-up: that needs root; run: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# A firewall that was not here before is to be no service of this machine's, now or after the next boot.
keep_off() {
  local package unit
  for package in "$@"; do
    unit=/etc/systemd/system/$package.service
    is_installed "$package" || [ -e "$unit" ] || { mkdir -p "${unit%/*}" && ln -s /dev/null "$unit"; }
  done
}

# The sanitizers' and libFuzzer's runtime, whose package carries clang's version in its name.
clang_runtime() {
  local version
  version=$(clang --version | sed -n 's/.*clang version \([0-9]*\).*/\1/p')
  install_missing "libclang-rt-$version-dev"
}

install_node_modules() {
  if ! command -v npm >/dev/null; then
    echo 'set-up: npm is missing: install Node 20 or later with npm' >&2
    exit 1
  fi
  local wanted stamp=node_modules/.limpid-lock
  # A link leads to what another checkout has installed, and npm ci would empty it there.
  [ -L node_modules ] && return
  wanted=$(sha256sum package-lock.json)
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  echo 'set-up: installing npm packages (npm ci)'
  # Install scripts stay off (npm 11's default, older ones do run them); Bun's only links the binary that
  # came with its platform's package, so it alone is run by hand.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  (cd node_modules/bun && node install.js)
  node_modules/.bin/bun --version >/dev/null
  echo "$wanted" >"$stamp"
}

command -v dpkg-query >/dev/null || { echo 'set-up: this needs Debian or Ubuntu' >&2; exit 1; }
install_missing "${BUILD_PACKAGES[@]}"
if [ "${1:-build}" = test ]; then
  [ "$(id -u)" -ne 0 ] || keep_off "${FIREWALLS[@]}"
  install_missing "${TEST_PACKAGES[@]}"
  clang_runtime
fi
install_node_modules
