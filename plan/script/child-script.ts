import type { Op } from '../ops.ts';
import { commandsFor } from './commands.ts';
import { entersRoot, entryProgram, KEPT } from './entry.ts';
import { commandWords, invocationPrograms, isPartOfInvocation, type Program } from './invocation.ts';
import { pathWord, type Place, type Step } from './place.ts';
import { comment, quoteWords } from './quote.ts';
import { functionsFor, programsFor } from './shell-functions.ts';

/** What replaces the hand-shake with the host's side, where the child can do all of that itself. */
export interface Gates {
  /** Whether there is a host's side at work, to be met through descriptors 7 (to us) and 8 (from us). */
  readonly open: boolean;
  /** Commands for the place of the `await` where there is none. */
  readonly instead: readonly string[];
}

interface Section {
  readonly pivoted: boolean;
  readonly lines: string[];
}

/**
 * Writes what happens in the cloned process. It is more than one script where a program such as unshare(1) or
 * nsenter(1) has to stand between: each part but the last ends by starting the next, `$child_2` and so on.
 */
export class ChildScript {
  readonly #gates: Gates;
  readonly #parts: string[][] = [];
  #sections: Section[] = [{ pivoted: false, lines: [] }];
  #entry: Program[] = [];
  #invocation: Op[] = [];
  #entersRoot = false;
  #reason = '';
  #kept: number | undefined;

  constructor(gates: Gates) {
    this.#gates = gates;
    if (gates.open) this.#add('', ['read -r pid rest </proc/self/stat', 'echo "$pid" >&8']);
  }

  /** The lines of all parts, in the order in which they run. */
  static write(steps: readonly Step[], gates: Gates): readonly (readonly string[])[] {
    const script = new ChildScript(gates);
    script.#kept = slotEnteredInside(steps);
    const lastGate = steps.findLastIndex(({ op }) => op.op === 'await' || op.op === 'release');
    steps.forEach((step, index) => {
      script.#step(step);
      if (gates.open && index === lastGate) script.#add('', ['exec 7<&- 8<&-']);
    });
    return script.#parts;
  }

  get #pivoted(): boolean {
    return this.#sections.at(-1)!.pivoted;
  }

  #step(step: Step): void {
    const { op } = step;
    const place: Place = { ...step, pivoted: this.#pivoted };
    const entry = entryProgram(place);
    if (entry !== undefined) {
      this.#add(op.because, []);
      this.#entry = merged(this.#entry, entry);
      this.#entersRoot ||= entersRoot(op);
    } else if (op.op === 'exec') {
      this.#exec(op);
    } else if (isPartOfInvocation(op)) {
      this.#invocation.push(op);
    } else if (op.op === 'pivot_root') {
      this.#pivot(place);
    } else {
      this.#command(place);
    }
  }

  #command(place: Place): void {
    const { op } = place;
    const lines =
      op.op === 'await' || op.op === 'release' ? this.#gate(op) : [...commandsFor(place), ...this.#keep(place)];
    if (lines.length === 0) return;
    this.#enterNextPart();
    this.#add(op.because, lines);
  }

  #keep(place: Place): readonly string[] {
    const { op } = place;
    return op.op === 'open' && this.#kept === op.slot ? [`exec ${KEPT}<${pathWord(place, op.at, op.path)}`] : [];
  }

  #gate(op: Op<'await' | 'release'>): readonly string[] {
    if (!this.#gates.open) return op.op === 'await' ? this.#gates.instead : [];
    return op.op === 'await' ? ['read -r gate <&7', `[ "$gate" = ${op.gate} ]`] : [`echo ${op.gate} >&8`];
  }

  #pivot(place: Place): void {
    this.#command(place);
    this.#sections.push({ pivoted: true, lines: [] });
    this.#add('', [...OUTSIDE, 'umount -l /']);
  }

  #exec(op: Op<'exec'>): void {
    this.#enterNextPart();
    for (const reason of new Set([...this.#invocation, op].map(({ because }) => because))) {
      if (reason !== '') this.#add('', [comment(reason)]);
    }
    const programs = invocationPrograms([...this.#invocation, op]).map((program) =>
      programWords(program, this.#pivoted),
    );
    const { before, words } = commandWords(op);
    this.#add('', [...before, `exec ${[...programs, words.join(' ')].join(' \\\n  ')}`]);
    this.#finishPart();
  }

  #add(because: string, lines: readonly string[]): void {
    const target = this.#sections.at(-1)!.lines;
    if (because !== '' && because !== this.#reason) target.push(comment(because));
    if (because !== '') this.#reason = because;
    target.push(...lines);
  }

  /** If the process has to change before the next command, a new part begins. */
  #enterNextPart(): void {
    if (this.#entry.length === 0) return;
    const pivoted = this.#pivoted;
    const next = this.#parts.length + 2;
    const away = pivoted || this.#entersRoot;
    const shell = programWords({ name: 'sh', options: ['-euc', `"$child_${next}"`] }, away);
    // getcwd(2) finds no name for a directory out of sight: unless told one, the shell complains.
    const named = away ? 'PWD=/proc/self/cwd ' : '';
    this.#add('', [
      `${named}exec ${[...this.#entry.map((program) => programWords(program, pivoted)), shell].join(' ')}`,
    ]);
    this.#finishPart();
    const closing = pivoted && this.#kept !== undefined ? [`exec ${KEPT}<&-`] : [];
    const remark = away && !pivoted ? OUTSIDE : [];
    this.#sections = [{ pivoted: away, lines: [...remark, ...closing] }];
    this.#entry = [];
    this.#entersRoot = false;
    this.#reason = '';
  }

  #finishPart(): void {
    const all = this.#sections.flatMap(({ lines }) => lines);
    const functions = functionsFor(all);
    const sections = this.#sections.flatMap(({ pivoted, lines }) =>
      pivoted ? [...programsFor([...functions, ...lines]), ...lines] : lines,
    );
    this.#parts.push([...functions, ...sections]);
  }
}

const OUTSIDE = [
  comment('From here on the host’s programs are reached through its root, which only our working directory, its'),
  comment('/usr, still holds: the loader is told where it, the program and the libraries are.'),
];

/** `outside`: the process has a root of its own already. */
function programWords({ name, options }: Program, outside: boolean): string {
  return [outside ? `$loader ./bin/${name}` : name, ...options].join(' ');
}

/** The slot of a namespace that is entered behind pivot_root: a user namespace at most. */
function slotEnteredInside(steps: readonly Step[]): number | undefined {
  const late = steps.find(({ op }) => op.op === 'setns' && op.stage === 'init')?.op;
  return late?.op === 'setns' ? late.slot : undefined;
}

/** One setpriv(1) does what several would. */
function merged(programs: readonly Program[], program: Program): Program[] {
  const last = programs.at(-1);
  if (last?.name !== 'setpriv' || program.name !== 'setpriv') return [...programs, program];
  return [...programs.slice(0, -1), { name: 'setpriv', options: [...last.options, ...program.options] }];
}

/** For an entry of the host's side, before the clone. */
export function hostWords({ name, options }: Program): string {
  return [quoteWords([name]), ...options].join(' ');
}
