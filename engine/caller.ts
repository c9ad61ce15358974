import { LimpidError } from '../base/error.ts';
import { hostArch } from '../kernel/arch.ts';
import { statPath } from '../kernel/file-status.ts';
import { readText } from '../kernel/files.ts';
import { currentUid } from '../kernel/process.ts';
import { cpuCount } from '../kernel/cpus.ts';
import { randomBytes } from '../kernel/random.ts';

/** What a command needs to know of its caller and this host to understand its own words. */
export interface Caller {
  readonly hostCpus: number;
  readonly arch: 'x86_64' | 'aarch64';
  readonly uid: number;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether files have labels of SELinux here. */
  readonly hasSelinux: boolean;
  /** The text of a file on the host. Throws ENOFILE. */
  readonly readText: (path: string) => string;
  /** The number of a device file on the host, `undefined` where it is none. */
  readonly deviceNumber: (path: string) => { readonly major: number; readonly minor: number } | undefined;
}

export function callerOf(): Caller {
  return {
    // Asked for only by options that compare with it.
    get hostCpus() {
      return cpuCount();
    },
    arch: hostArch,
    uid: currentUid(),
    workingDirectory: process.cwd(),
    // As of the processors: to copy it takes a tenth of a millisecond.
    get environment() {
      return callersEnvironment();
    },
    get hasSelinux() {
      return statPath('/sys/fs/selinux/enforce') !== undefined;
    },
    readText: requireText,
    deviceNumber: (path) => {
      const status = statPath(path);
      return status?.kind === 'block' || status?.kind === 'char'
        ? { major: status.major, minor: status.minor }
        : undefined;
    },
  };
}

/** Without what the launcher put there (native/launcher.c): with `--env-host` it would be the container's. */
function callersEnvironment(): Caller['environment'] {
  const { BUN_JSC_useWarmUpMarkedBlocks: _, ...environment } = Bun.env;
  return environment;
}

function requireText(path: string): string {
  const text = readText(path);
  if (text !== undefined) return text;
  throw new LimpidError({ code: 'ENOFILE', doing: 'read', subject: `"${path}"`, why: 'there is no such file' });
}

/** A new container's id: 64 hexadecimal digits. */
export function newId(): string {
  return randomBytes(32).toHex();
}

/** Now, in RFC 3339. */
export function nowText(): string {
  return new Date().toISOString();
}
