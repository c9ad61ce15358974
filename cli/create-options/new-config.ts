import type { ContainerConfig } from '../../engine/config.ts';
import { callerOf, newId, nowText } from '../../engine/caller.ts';
import { randomName } from '../../engine/names.ts';
import type { World } from '../../engine/world.ts';
import type { Invocation } from '../parse/command.ts';
import { configFromOptions } from './config.ts';
import type { CreateOptions } from './options.ts';

type Asked = Pick<Invocation<CreateOptions>, 'command' | 'words' | 'options' | 'typed' | 'args'>;

/** The config that a command line asks for, with a fresh id, and a fresh name where it gives none. */
export function newConfig(world: World, asked: Asked): ContainerConfig {
  const { options, typed, args } = asked;
  const caller = callerOf();
  const config = configFromOptions(
    { options, typed, args },
    Object.assign(caller, { id: newId(), defaultName: randomName(), now: nowText() }),
  );
  const createCommand = commandOf(world, asked);
  return options.name === undefined ? { ...config, createCommand, nameIsRandom: true } : { ...config, createCommand };
}

/** The name in words of its own, however it was typed: a run that is kept goes for both (engine/kept/record-pieces.ts). */
function commandOf(world: World, { command, words, options: { name } }: Asked): string[] {
  const typed = words.slice();
  const at = name === undefined ? -1 : typed.indexOf(`--name=${name}`);
  if (at >= 0) typed.splice(at, 1, '--name', name!);
  return ['limpid', ...world.chosenPlaces(), command.slice(command.lastIndexOf(' ') + 1), ...typed];
}
