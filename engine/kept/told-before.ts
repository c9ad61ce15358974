import { makeDirectories, readText, writeFile } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import type { World } from '../world.ts';
import { ifPossible, keptPath, makeRoom, type AnsweredKind } from './kept-file.ts';

/**
 * Whether these words were answered by the same the last time, so that the answer is worth keeping; notes what they are
 * answered now. Who asks after each change has nothing of it, and pays for no more than this.
 */
export function wasTold(world: World, command: AnsweredKind, words: readonly string[], answer: string): boolean {
  return ifPossible(() => isTheSame(world, command, words, answer)) ?? false;
}

function isTheSame(world: World, command: AnsweredKind, words: readonly string[], answer: string): boolean {
  const path = keptPath(world, command, words);
  const mark = String(Bun.hash(answer));
  const status = statPath(path);
  // What is longer is an answer that no longer holds.
  if (status?.sizeBytes === mark.length && readText(path) === mark) return true;
  if (status === undefined) {
    const directory = path.slice(0, path.lastIndexOf('/'));
    makeDirectories(directory, 0o700);
    makeRoom(directory, command);
  }
  writeFile(path, mark, { mode: 0o600, sync: false });
  return false;
}
