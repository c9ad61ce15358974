import { signalName } from '../../abi/signal.ts';
import type { ImageConfig, ImageHistory, ImageRuntimeConfig } from '../../spec/image.ts';
import type { ContainerConfig } from '../config.ts';

/** What an image made of a container says of its own containers: what the container's image says, and over it its config. Pure. */
export function committedRuntime(base: ImageRuntimeConfig, config: ContainerConfig): ImageRuntimeConfig {
  const { entrypoint, command, user, workdir, labels, env } = config;
  return {
    ...base,
    ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
    // An entrypoint of one's own discards the image's command.
    ...(command.length > 0 ? { Cmd: command } : entrypoint === undefined ? {} : { Cmd: [] }),
    ...(user === undefined ? {} : { User: user }),
    ...(workdir === undefined ? {} : { WorkingDir: workdir }),
    ...withEntries('Labels', { ...base.Labels, ...labels }),
    ...withPorts(base.ExposedPorts ?? {}, config),
    ...withList('Env', mergedEnv(base.Env ?? [], env)),
    StopSignal: signalName(config.stopSignal),
  };
}

function mergedEnv(words: readonly string[], env: Readonly<Record<string, string>>): string[] {
  const merged = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word]));
  for (const [name, value] of Object.entries(env)) merged.set(name, `${name}=${value}`);
  return [...merged.values()];
}

function withPorts(own: Readonly<Record<string, unknown>>, { exposed = [] }: ContainerConfig): ImageRuntimeConfig {
  if (exposed.length === 0) return {};
  const ports: Record<string, unknown> = { ...own };
  for (const { containerPort, protocol } of exposed) ports[`${containerPort}/${protocol}`] = {};
  return { ExposedPorts: ports };
}

function withEntries(key: 'Labels', entries: Readonly<Record<string, string>>): ImageRuntimeConfig {
  return Object.keys(entries).length === 0 ? {} : { [key]: entries };
}

function withList(key: 'Env', list: readonly string[]): ImageRuntimeConfig {
  return list.length === 0 ? {} : { [key]: list };
}

export interface CommitWords {
  /** RFC 3339. */
  readonly created: string;
  readonly author?: string;
  readonly message?: string;
  /** What made the layer, for the history. */
  readonly createdBy: string;
  /** The layers below are in the new one. */
  readonly squashed: boolean;
}

/** The config of the new image. Pure. */
export function committedConfig(
  base: ImageConfig,
  runtime: ImageRuntimeConfig,
  diffId: string,
  { created, author, message, createdBy, squashed }: CommitWords,
): ImageConfig {
  const step = {
    created,
    created_by: createdBy,
    ...(author === undefined ? {} : { author }),
    ...(message === undefined ? {} : { comment: message }),
  };
  const { created: _created, author: baseAuthor, ...rest } = base;
  const writer = author ?? baseAuthor;
  return {
    created,
    ...(writer === undefined ? {} : { author: writer }),
    ...rest,
    config: runtime,
    rootfs: { type: 'layers', diff_ids: squashed ? [diffId] : [...base.rootfs.diff_ids, diffId] },
    history: squashed ? [step] : [...wholeHistory(base), step],
  };
}

/** A step for each layer: where the base tells fewer, steps without words stand for them. */
function wholeHistory({ history = [], rootfs }: ImageConfig): readonly ImageHistory[] {
  const told = history.filter((step) => !step.empty_layer).length;
  const missing = Math.max(0, rootfs.diff_ids.length - told);
  return [...history, ...Array.from({ length: missing }, () => ({}))];
}
