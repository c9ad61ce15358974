/** DNS messages as far as a resolver reads and writes them itself: RFC 1035, EDNS of RFC 6891. What is forwarded stays as it is. */

export const TYPE = { A: 1, PTR: 12, OPT: 41, AAAA: 28, ANY: 255 } as const;
export const RCODE = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
} as const;

const CLASS_IN = 1;
const HEADER_BYTES = 12;
const RECORD_HEAD_BYTES = 10;
const NAME_BYTES = 255;
const LABEL_BYTES = 63;
const UDP_BYTES = 512;
const QR = 0x8000;
const OPCODE = 0x7800;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;

export interface DnsQuery {
  readonly id: number;
  /** The second word of the header. */
  readonly flags: number;
  /** Lower case, labels joined by dots, without one at the end; a byte outside of printable ASCII as `\ddd`. */
  readonly name: string;
  readonly type: number;
  readonly isInternet: boolean;
  /** The question section as it came. */
  readonly question: Uint8Array;
  /** The largest answer that the asker takes over UDP; `edns` says that it told so. */
  readonly udpBytes: number;
  readonly edns: boolean;
}

export interface DnsRecord {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The one question of a query. `undefined` for what is none: an answer, another opcode, several questions, a broken name. */
export function parseQuery(message: Uint8Array): DnsQuery | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const flags = view.getUint16(2);
  if ((flags & (QR | OPCODE)) !== 0 || view.getUint16(4) !== 1) return undefined;
  const name = readName(message, HEADER_BYTES);
  if (name === undefined || name.end + 4 > message.length) return undefined;
  const payload = readEdns(view, message, name.end + 4);
  return {
    id: view.getUint16(0),
    flags,
    name: name.text,
    type: view.getUint16(name.end),
    isInternet: view.getUint16(name.end + 2) === CLASS_IN,
    question: message.slice(HEADER_BYTES, name.end + 4),
    udpBytes: Math.max(UDP_BYTES, payload ?? 0),
    edns: payload !== undefined,
  };
}

/** A name in a question, which holds no pointers: there is nothing before it to point to. */
function readName(message: Uint8Array, start: number): { readonly text: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > LABEL_BYTES || at - start >= NAME_BYTES) return undefined;
    at++;
    if (length === 0) return { text: labels.join('.'), end: at };
    if (at + length > message.length) return undefined;
    labels.push(labelText(message.subarray(at, at + length)));
    at += length;
  }
}

function labelText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    const isPlain = byte > 0x20 && byte < 0x7f && character !== '.' && character !== '\\';
    text += isPlain ? character.toLowerCase() : `\\${String(byte).padStart(3, '0')}`;
  }
  return text;
}

/** The UDP payload that an OPT record right behind the question names; askers put nothing else there. */
function readEdns(view: DataView, message: Uint8Array, at: number): number | undefined {
  const noRecords = view.getUint16(6) + view.getUint16(8) === 0;
  if (!noRecords || view.getUint16(10) === 0 || at + 1 + RECORD_HEAD_BYTES > message.length) return undefined;
  return message[at] === 0 && view.getUint16(at + 1) === TYPE.OPT ? view.getUint16(at + 3) : undefined;
}

/**
 * An answer of our own, with a time to live of 0: containers come and go. Over UDP what does not fit is left out, and
 * TC says so.
 */
export function encodeAnswer(
  query: DnsQuery,
  { rcode, records = [], overTcp = false }: { rcode: number; records?: readonly DnsRecord[]; overTcp?: boolean },
): Uint8Array {
  const optBytes = query.edns ? 1 + RECORD_HEAD_BYTES : 0;
  let room = (overTcp ? 0xffff : query.udpBytes) - HEADER_BYTES - query.question.length - optBytes;
  const fitting = records.filter(({ data }) => (room -= 2 + RECORD_HEAD_BYTES + data.length) >= 0);
  const bytes: number[] = [];
  const word = (value: number) => bytes.push((value >> 8) & 0xff, value & 0xff);
  const truncated = fitting.length < records.length ? TC : 0;
  word(query.id);
  word(QR | AA | truncated | (query.flags & RD) | RA | rcode);
  for (const count of [1, fitting.length, 0, query.edns ? 1 : 0]) word(count);
  bytes.push(...query.question);
  for (const { type, data } of fitting) {
    word(0xc000 | HEADER_BYTES);
    for (const value of [type, CLASS_IN, 0, 0, data.length]) word(value);
    bytes.push(...data);
  }
  if (query.edns) {
    bytes.push(0);
    for (const value of [TYPE.OPT, UDP_BYTES, 0, 0, 0]) word(value);
  }
  return Uint8Array.from(bytes);
}

/** A name in wire form. Labels are at most 63 bytes, as those of containers are. */
export function encodeName(name: string): Uint8Array {
  const bytes: number[] = [];
  for (const label of name.split('.')) bytes.push(label.length, ...new TextEncoder().encode(label));
  return Uint8Array.from([...bytes, 0]);
}

/** The same message under another id. */
export function withId(message: Uint8Array, id: number): Uint8Array {
  // A copy also of a Buffer, whose `slice` is none.
  const copy = new Uint8Array(message);
  new DataView(copy.buffer).setUint16(0, id);
  return copy;
}

/** Whether a message that came back answers what was asked under this id. */
export function isAnswerTo(message: Uint8Array, asked: Uint8Array, id: number): boolean {
  const query = parseQuery(asked);
  if (query === undefined || message.length < HEADER_BYTES) return false;
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  if (view.getUint16(0) !== id || (view.getUint16(2) & QR) === 0) return false;
  const end = HEADER_BYTES + query.question.length;
  // A server that cannot read a question may leave it out.
  if (view.getUint16(4) === 0) return (view.getUint16(2) & 0xf) !== RCODE.noError;
  return message.length >= end && Buffer.compare(message.subarray(HEADER_BYTES, end), query.question) === 0;
}
