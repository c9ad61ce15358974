/** One mount, as proc_pid_mountinfo(5) tells it. */
export interface MountInfo {
  readonly id: number;
  readonly parentId: number;
  /** Which part of the file system is shown: `/` unless it is a bind mount or a subvolume. */
  readonly root: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
  readonly type: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

/** Parses /proc/PID/mountinfo, in the kernel's order: of several mounts at one place the last one is seen. */
export function parseMountinfo(text: string): MountInfo[] {
  return text
    .split('\n')
    .map(parseLine)
    .filter((mount) => mount !== undefined);
}

function parseLine(line: string): MountInfo | undefined {
  const words = line.split(' ');
  // Between the sixth field and the separator stand as many optional fields as there are.
  const separator = words.indexOf('-', 6);
  if (separator < 0) return undefined;
  const [id, parentId, , root, mountPoint, options] = words;
  const [type, source, superOptions] = words.slice(separator + 1);
  return {
    id: Number(id),
    parentId: Number(parentId),
    root: unescapePath(root!),
    mountPoint: unescapePath(mountPoint!),
    options: options!.split(','),
    type: type!,
    source: unescapePath(source!),
    superOptions: (superOptions ?? '').split(','),
  };
}

/** Space, tab, newline, `#` and backslash are written as three octal digits of each byte. */
function unescapePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
