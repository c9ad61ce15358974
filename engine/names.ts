import { randomBytes } from '../kernel/random.ts';

export const QUALITIES =
  'airy bare blue bold brisk calm clean clear cool crisp deep early even fair fine fluent frank free fresh gentle glad ' +
  'glassy keen kind light lively lucid mild neat nimble open pale plain prompt pure quick quiet rapid ready sheer sleek ' +
  'smooth sober soft sound spare still sunny swift tidy true vivid warm wide';

export const PEOPLE =
  'abbate allen babbage bell boole borg brouwer cerf church codd conway cook curry daemen dijkstra engelbart feinler ' +
  'floyd gauss godel goldberg hamilton hamming hoare hopper huffman iverson johnson kahan kay keller kernighan kildall ' +
  'kleene knuth lamport liskov lovelace mccarthy mcilroy milner moore naur neumann noether nygaard pascal perlis pike ' +
  'rabin ritchie rosen scott shannon stallman sutherland tarjan thompson torvalds turing wilkes wirth zuse';

/** A name for a container that was given none: `lucid_hopper`. Ten thousand of them repeat, so the caller may ask again. */
export function randomName(): string {
  const bytes = randomBytes(4);
  return `${pick(QUALITIES, bytes[0]! * 256 + bytes[1]!)}_${pick(PEOPLE, bytes[2]! * 256 + bytes[3]!)}`;
}

function pick(words: string, random: number): string {
  const choices = words.split(' ');
  return choices[random % choices.length]!;
}
