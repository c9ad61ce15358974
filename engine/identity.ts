import { instantText } from './records/state.ts';

/** A new container's id: 64 hexadecimal digits, of which no two are ever the same. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const ADJECTIVES = 'airy bright calm clear cool crisp deft eager fair fleet fresh gentle glad keen light lucid mild neat open pure quick quiet serene sheer sleek still sunny swift tidy vivid warm wise'.split(' '); // prettier-ignore
const NOUNS = 'bay beck brook cove creek dew drop eddy falls fjord fog font ford glade glass glen ice inlet isle lagoon lake lens mere mist moor pane pond pool prism rain reef rill river sea shoal spray spring stream tarn tide wave well'.split(' '); // prettier-ignore

/** A name for a container that was given none, such as `clear_brook_4f2a`: one of eighty million. */
export function madeUpName(): string {
  const [first, second, number] = crypto.getRandomValues(new Uint16Array(3)) as unknown as [number, number, number];
  const adjective = ADJECTIVES[first % ADJECTIVES.length]!;
  return `${adjective}_${NOUNS[second % NOUNS.length]!}_${number.toString(16).padStart(4, '0')}`;
}

/** The time of day as records hold it: RFC 3339 with nanoseconds, UTC. */
export function nowText(): string {
  const ms = performance.timeOrigin + performance.now();
  return instantText(BigInt(Math.floor(ms * 1000)) * 1000n);
}
