import type { ContainerConfig } from '../../engine/config.ts';
import { callerOf, newId, nowText } from '../../engine/caller.ts';
import { randomName } from '../../engine/names.ts';
import type { Invocation } from '../parse/command.ts';
import { configFromOptions } from './config.ts';
import type { CreateOptions } from './options.ts';

/** The config that a command line asks for, with a fresh id, and a fresh name where it gives none. */
export function newConfig({
  options,
  typed,
  args,
}: Pick<Invocation<CreateOptions>, 'options' | 'typed' | 'args'>): ContainerConfig {
  const caller = callerOf();
  const config = configFromOptions(
    { options, typed, args },
    Object.assign(caller, { id: newId(), defaultName: randomName(), now: nowText() }),
  );
  return options.name === undefined ? { ...config, nameIsRandom: true } : config;
}
