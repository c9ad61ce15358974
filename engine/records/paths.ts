import type { World } from '../world.ts';

/**
 * Where the things of one container are. `storage` is on disk; `runtime` is forgotten by a reboot; `record` is
 * one of them: on disk, or for `--rm` containers in the runtime directory, so that a short run waits for no disk.
 */
export interface ContainerPaths {
  readonly storage: string;
  readonly runtime: string;
  readonly record: string;
  readonly config: string;
  /** What `config` is called once its container is being removed. */
  readonly removed: string;
  readonly startRecord: string;
  readonly exitRecord: string;
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
  /** Where the layers are mounted with their ids mapped, while a container with a user namespace starts. */
  readonly lower: string;
  readonly log: string;
  readonly socket: string;
  /** Where /dev/shm of a container with shareable IPC is mounted, for others to join. */
  readonly shm: string;
  readonly lock: string;
}

export function containerPaths(world: World, id: string, volatile: boolean): ContainerPaths {
  return new PathsOf(`${world.root}/containers/${id}`, `${world.runroot}/containers/${id}`, volatile);
}

/** Made where they are asked for: a list of a hundred containers needs three of them each. */
class PathsOf implements ContainerPaths {
  readonly storage: string;
  readonly runtime: string;
  readonly record: string;

  constructor(storage: string, runtime: string, volatile: boolean) {
    this.storage = storage;
    this.runtime = runtime;
    this.record = volatile ? runtime : storage;
  }

  get config(): string {
    return `${this.record}/config.json`;
  }

  get removed(): string {
    return `${this.record}/removed.json`;
  }

  get startRecord(): string {
    return `${this.record}/start`;
  }

  get exitRecord(): string {
    return `${this.record}/exit`;
  }

  get upper(): string {
    return `${this.storage}/upper`;
  }

  get work(): string {
    return `${this.storage}/work`;
  }

  get merged(): string {
    return `${this.storage}/merged`;
  }

  get lower(): string {
    return `${this.storage}/lower`;
  }

  get log(): string {
    return `${this.storage}/ctr.log`;
  }

  get socket(): string {
    return `${this.runtime}/attach`;
  }

  get shm(): string {
    return `${this.runtime}/shm`;
  }

  get lock(): string {
    return `${this.runtime}/lock`;
  }
}

export function namesDirectory(world: World): string {
  return `${world.runroot}/names`;
}

/** The name's claim: a symlink to the container's id. */
export function nameClaim(world: World, name: string): string {
  return `${namesDirectory(world)}/${name}`;
}
