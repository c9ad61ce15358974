/** What one test came to, as bun's JUnit reporter writes it. */
export interface TestOutcome {
  readonly file: string;
  /** Surrounding `describe`s, outermost first, and the test's own name, joined with ` > `. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What a failed test said. */
  readonly message: string;
  readonly seconds: number;
}

const TESTCASE = /<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const FAILURE = /<(?:failure|error)\b[^>]*?(?:\/>|>([\s\S]*?)<\/(?:failure|error)>)/;
const ATTRIBUTE = /(\w+)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads the outcomes from a JUnit file. */
export function parseJunit(xml: string): TestOutcome[] {
  return [...xml.matchAll(TESTCASE)].map((match) => parseTestcase(match[1]!, match[2] ?? ''));
}

function parseTestcase(head: string, body: string): TestOutcome {
  const attributes = Object.fromEntries([...head.matchAll(ATTRIBUTE)].map((match) => [match[1]!, unescape(match[2]!)]));
  const { file = '', name = '', classname = '', time = '0' } = attributes;
  // bun names the innermost `describe` first.
  const path = [...classname.split(' > ').filter(Boolean).toReversed(), name];
  const failure = FAILURE.exec(body);
  const outcome = failure !== null ? 'failed' : body.includes('<skipped') ? 'skipped' : 'passed';
  return { file, name: path.join(' > '), outcome, message: unescape(failure?.[1] ?? ''), seconds: Number(time) };
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole: string, code: string | undefined, name: string) =>
    code === undefined ? (ENTITIES[name] ?? whole) : String.fromCodePoint(Number(code)),
  );
}
