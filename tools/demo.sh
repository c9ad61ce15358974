#!/usr/bin/env bash
# A first container in a private world, its three primitives shown with the machine's own tools, and nothing left.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo 'demo: namespaces and cgroups of this kind need root; run: sudo make demo' >&2
  exit 1
fi

world=$(mktemp -d /tmp/limpid-demo-XXXXXX)
limpid() { dist/limpid --root "$world/lib" --runroot "$world/run" "$@"; }
clean_up() {
  limpid rm -f lab >/dev/null 2>&1 || true
  rm -rf "$world"
}
trap clean_up EXIT

bold='' faint='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' faint=$'\033[2m' plain=$'\033[0m'; fi

title() { printf '\n%s\n' "$bold$*$plain"; }
# Shows the command as a person would type it, then runs it.
show() {
  local word line=''
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./:=,-]*) word="'$word'" ;; esac
    line+=" $word"
  done
  printf '%s\n' "$faint\$$line$plain"
  "$@"
}

title 'A container with limits, from a root file system that the program carries inside'
show limpid run -d --name lab --hostname lab --memory 128m --cpus 0.5 --pids-limit 64 --network none \
  builtin:busybox sleep infinity
show limpid ps
show limpid exec lab sh -c 'hostname; id; ps'
pid=$(limpid inspect lab --format '{{.State.Pid}}')

title "1. Namespaces: what process $pid can see"
show lsns -p "$pid"

title '2. Cgroups: what it can use'
while IFS=: read -r _ controllers path; do
  case ,$controllers, in
  *,memory,*) files='memory.limit_in_bytes' dir=/sys/fs/cgroup/memory$path ;;
  *,cpu,*) files='cpu.cfs_quota_us cpu.cfs_period_us' dir=/sys/fs/cgroup/${controllers}$path ;;
  *,pids,*) files='pids.max' dir=/sys/fs/cgroup/pids$path ;;
  ,,) files='memory.max cpu.max pids.max' dir=/sys/fs/cgroup$path ;;
  *) continue ;;
  esac
  for file in $files; do
    if [ -e "$dir/$file" ]; then printf '%s  %s\n' "$dir/$file" "$(cat "$dir/$file")"; fi
  done
done <"/proc/$pid/cgroup"

title '3. An overlay: where its files are'
show limpid exec lab sh -c 'echo hello >/root/note'
directory() { limpid inspect lab --format "{{.GraphDriver.Data.$1}}"; }
printf 'lower   %s   %s\n' "$(ls "$(directory LowerDir)/root" | wc -l) files in /root" "$(directory LowerDir)"
printf 'upper   %s   %s\n' "$(cat "$(directory UpperDir)/root/note")" "$(directory UpperDir)"
printf 'merged  %s   %s\n' "$(cat "/proc/$pid/root/root/note")" "/proc/$pid/root"

title 'And the process that holds them together'
parent=$(ps -o ppid= -p "$pid" | tr -d ' ')
show ps -o pid,ppid,rss,args -p "$parent,$pid"

title 'What the kernel is asked to do, and why (some lines of limpid run --show=plan …)'
limpid run --show=plan --network none --memory 128m builtin:busybox true |
  grep -E '^[a-z]+ +(mount|clone|pivot_root|capset|seccomp|exec) ' | cut -c1-150

title 'Gone, with all that belonged to it'
show limpid rm -f lab
