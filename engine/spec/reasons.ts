/**
 * Why each field of a spec is as it is. Keys are the spec's field names with dots (`process.user`,
 * `linux.resources.memory.limit`); an item of a list is named by what identifies it: `mounts[/proc]`,
 * `linux.namespaces[pid]`, `linux.devices[/dev/fuse]`, `linux.sysctl[net.ipv4.ip_forward]`,
 * `process.rlimits[RLIMIT_NOFILE]`, `process.env[PATH]`. A flag that the user typed wins over any other reason.
 */
export class Reasons {
  readonly #typed: Readonly<Record<string, string>>;
  readonly #found: Record<string, string> = {};

  constructor(typed: Readonly<Record<string, string>>) {
    this.#typed = typed;
  }

  note(field: string, reason: string): void {
    this.#found[field] = reason;
  }

  all(): Record<string, string> {
    return { ...this.#found, ...this.#typed };
  }
}
