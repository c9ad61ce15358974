import { PURE_ROOMS, ROOMS } from './rooms.ts';

const IMPORT = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;
// `process` is also the runtime spec's word: only what Node's alone has is looked for.
const IMPURE = new RegExp(
  [
    String.raw`\bDate\.now|\bnew Date\(\)|\bMath\.random|(?<![.\w])(?:crypto|performance)\.`,
    String.raw`(?<![.\w])process\.(?:pid|argv|hrtime|exit|stdout|stderr|platform|env(?:\.|\['))`,
    String.raw`(?<![.\w])Bun\.(?!CryptoHasher)\w+`,
  ].join('|'),
);
const COMMENT = /^\s*(?:\/\/|\*|\/\*)/;

/** One line a breach of the rooms table, with how to mend it. `path` is relative to the repository. */
export function importBreaches(path: string, source: string): string[] {
  const room = path.split('/')[0]!;
  if (ROOMS[room] === undefined) return [];
  const isTest = path.endsWith('.test.ts');
  return source.split('\n').flatMap((line, index) => {
    if (COMMENT.test(line)) return [];
    const at = `${path}:${index + 1}`;
    const imports = [...line.matchAll(IMPORT)].flatMap((match) => importBreach(path, room, match[1]!, isTest) ?? []);
    const impure = !isTest && PURE_ROOMS.includes(room) ? IMPURE.exec(line)?.[0] : undefined;
    if (impure !== undefined)
      imports.push(`${room}/ is pure, and "${impure}" is not. Mend: take the value as an argument`);
    return imports.map((breach) => `${at}: ${breach}`);
  });
}

function importBreach(path: string, room: string, specifier: string, isTest: boolean): string | undefined {
  if (!specifier.startsWith('.')) {
    if (isTest || !PURE_ROOMS.includes(room)) return undefined;
    return `${room}/ is pure and imports "${specifier}". Mend: let kernel/ do it and hand the result in`;
  }
  const target = resolve(path, specifier);
  const other = target.split('/')[0]!;
  if (other === room || ROOMS[room]!.includes(other)) return undefined;
  if (isTest && other === 'tests') return undefined;
  // What the build embeds; kernel/assets.ts alone knows of it.
  if (other === 'build' && path === 'kernel/assets.ts') return undefined;
  // The version has one home; engine/version.ts alone reads it.
  if (target === 'package.json' && path === 'engine/version.ts') return undefined;
  return `imports ${target}; ${room}/ may import ${list(ROOMS[room]!)}. Mend: ${mend(room, other)}`;
}

function mend(room: string, other: string): string {
  const others = ROOMS[other];
  if (others === undefined) return `${other}/ is no room of the program; move what is needed into a room`;
  if (others.includes(room)) return `${other}/ stands above ${room}/: take it as an argument or a callback`;
  const both = ROOMS[room]!.filter((candidate) => others.includes(candidate));
  const down =
    both.length === 0 ? '' : `move the shared part down into ${both.map((name) => `${name}/`).join(' or ')}, or `;
  return `${down}let a room above both bring them together`;
}

function list(rooms: readonly string[]): string {
  return rooms.length === 0 ? 'nothing' : rooms.map((name) => `${name}/`).join(' ');
}

/** `cli/a/b.ts` + `../../engine/x.ts` → `engine/x.ts` */
function resolve(path: string, specifier: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
