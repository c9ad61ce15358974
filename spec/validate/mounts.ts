import { absolutePath, integer, list, object, specFault, text, type Decoder } from '../decode.ts';
import type { Hooks, IdMapping, Mount } from '../runtime.ts';
import { u32 } from './numbers.ts';

const idRange = object({ containerID: u32, hostID: u32, size: integer(1, 0xffffffff) }, [
  'containerID',
  'hostID',
  'size',
]);

/** The kernel reads at most this many lines of an id map. */
const MAX_RANGES = 340;

/** Ranges of ids, none of which meets another on either side: user_namespaces(7). */
export const idMappings: Decoder<IdMapping[]> = (value, path) => {
  const ranges = list(idRange)(value, path);
  if (ranges.length > MAX_RANGES) throw specFault(path, `the kernel takes at most ${MAX_RANGES} ranges`);
  for (const [index, range] of ranges.entries()) {
    for (const side of ['containerID', 'hostID'] as const) {
      if (range[side] + range.size > 2 ** 32) throw specFault(`${path}[${index}]`, 'it reaches beyond the last id');
      const other = ranges.findIndex(
        (it, at) => at < index && it[side] < range[side] + range.size && range[side] < it[side] + it.size,
      );
      if (other !== -1) throw specFault(`${path}[${index}]`, `its ${side}s overlap with those of range ${other}`);
    }
  }
  return ranges;
};

const shape = object(
  {
    destination: text,
    type: text,
    source: text,
    options: list(text),
    uidMappings: idMappings,
    gidMappings: idMappings,
  },
  ['destination'],
);

/** runtime-spec, config.md, Mounts. A relative destination, as old bundles have it, is taken from the root. */
export const mount: Decoder<Mount> = (value, path) => {
  const decoded = shape(value, path);
  if (decoded.destination === '') throw specFault(`${path}.destination`, 'it is empty');
  const destination = decoded.destination.startsWith('/') ? decoded.destination : `/${decoded.destination}`;
  return { ...decoded, destination };
};

const hook = object({ path: absolutePath, args: list(text), env: list(text), timeout: integer(1, 0x7fffffff) }, [
  'path',
]);
const hookList = list(hook);

/** runtime-spec, config.md, POSIX-platform Hooks. */
export const hooks: Decoder<Hooks> = object({
  prestart: hookList,
  createRuntime: hookList,
  createContainer: hookList,
  startContainer: hookList,
  poststart: hookList,
  poststop: hookList,
});
