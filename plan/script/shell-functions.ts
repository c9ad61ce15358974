/** Shell functions that a part of the script may call; only those it does call are written into it. */
const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  within: [
    '# The path below $root that $1 is when that root is /: symbolic links do not lead out of it.',
    'within() {',
    '  left=$1 path= links=0',
    '  while [ -n "$left" ]; do',
    '    name=${left%%/*}',
    '    case $left in */*) left=${left#*/} ;; *) left= ;; esac',
    '    case $name in',
    '      "" | .) ;;',
    '      ..) path=${path%/*} ;;',
    '      *)',
    '        path=$path/$name',
    '        if [ -L "$root$path" ]; then',
    '          links=$((links + 1))',
    '          [ "$links" -le 40 ] || exit 40',
    '          link=$(readlink "$root$path")',
    '          case $link in /*) path= ;; *) path=${path%/*} ;; esac',
    '          left=$link/$left',
    '        fi',
    '        ;;',
    '    esac',
    '  done',
    `  printf %s "$root$path"`,
    '}',
  ],
  hide: [
    '# Hides a path: a directory behind an empty read-only tmpfs, anything else behind /dev/null.',
    'hide() {',
    '  if [ -d "$1" ]; then mount -t tmpfs -o ro,nosuid,nodev,noexec tmpfs "$1"',
    '  elif [ -e "$1" ]; then',
    '    mount --bind /dev/null "$1"',
    '    mount --options-source mtab -o remount,bind,ro "$1"',
    '  fi',
    '}',
  ],
  remount_all: [
    '# Changes the flags of a mount and of all mounts below it: mount_setattr(2) does so at once.',
    'remount_all() {',
    '  findmnt -nlRo TARGET "$2" | while IFS= read -r mount_point; do',
    '    mount --options-source mtab -o "$1" "$mount_point"',
    '  done',
    '}',
  ],
  kill_cgroup: [
    '# Kills whom it finds in a cgroup, until it finds nobody.',
    'kill_cgroup() {',
    '  for _ in 1 2 3 4 5 6 7 8 9 10; do',
    '    pids=$(cat "$1/cgroup.procs" 2>/dev/null) || return 0',
    '    [ -n "$pids" ] || return 0',
    '    kill -KILL $pids 2>/dev/null',
    '    sleep 0.1',
    '  done',
    '}',
  ],
  remove_cgroup: [
    '# The kernel may take a moment to let go of the last process.',
    'remove_cgroup() {',
    '  [ -d "$1" ] || return 0',
    '  for _ in 1 2 3 4 5 6 7 8 9 10; do',
    '    rmdir "$1" 2>/dev/null && return',
    '    sleep 0.1',
    '  done',
    '  rmdir "$1"',
    '}',
  ],
};

/** The programs that a part may call behind pivot_root, where the shell does not find them any more. */
const PROGRAMS = ['chmod', 'chown', 'findmnt', 'ip', 'ln', 'mkdir', 'mkfifo', 'mknod', 'mount', 'rm', 'umount'];

/** Definitions of what the lines call. */
export function functionsFor(lines: readonly string[]): readonly string[] {
  const called = Object.keys(FUNCTIONS).filter((name) => calls(lines, name));
  return called.flatMap((name) => FUNCTIONS[name]!);
}

/** Behind pivot_root: functions named as the programs, which start them from the host's /usr, our working directory. */
export function programsFor(lines: readonly string[]): readonly string[] {
  return PROGRAMS.filter((name) => calls(lines, name)).map((name) => `${name}() { $loader ./bin/${name} "$@"; }`);
}

function calls(lines: readonly string[], name: string): boolean {
  return lines.some((line) => new RegExp(`(^|[ ;{(])${name} `).test(line) && !line.startsWith('#'));
}
