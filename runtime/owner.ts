import { readText } from '../kernel/files.ts';
import { currentUid } from '../kernel/process.ts';

/** Name of the user who runs the runtime, for `list`; the number where it has none. */
export function readUserName(): string {
  const uid = String(currentUid());
  if (uid === '0') return 'root';
  const entry = (readText('/etc/passwd') ?? '').split('\n').find((line) => line.split(':')[2] === uid);
  return entry?.split(':')[0] ?? uid;
}
