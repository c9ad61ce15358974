import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../../base/error.ts';
import { defineOptions } from './option.ts';
import { parseOptions } from './parse-options.ts';

const TABLE = defineOptions({
  interactive: { type: 'bool', short: 'i', help: '' },
  tty: { type: 'bool', short: 't', help: '' },
  detach: { type: 'bool', short: 'd', help: '' },
  rm: { type: 'bool', help: '' },
  'sig-proxy': { type: 'bool', default: true, help: '' },
  env: { type: 'array', short: 'e', help: '' },
  volume: { type: 'array', short: 'v', help: '' },
  publish: { type: 'slice', short: 'p', help: '' },
  'cap-add': { type: 'slice', help: '' },
  network: { type: 'string', aliases: ['net'], help: '' },
  pull: { type: 'string', default: 'missing', alone: 'always', choices: ['always', 'missing', 'never'], help: '' },
  memory: { type: 'bytes', short: 'm', help: '' },
  cpus: { type: 'float', help: '' },
  last: { type: 'int', short: 'n', default: -1, help: '' },
  time: { type: 'uint', help: '' },
  interval: { type: 'duration', help: '' },
  secret: { type: 'string', hidden: true, help: '' },
  policy: { type: 'string', default: 'no', choices: ['no', 'yes'], noneWhenEmpty: true, help: '' },
});

function parse(words: readonly string[], stopAtFirstArgument = false) {
  return parseOptions(TABLE, words, { command: 'limpid run', stopAtFirstArgument });
}

function failure(words: readonly string[]): string {
  try {
    parse(words);
  } catch (error) {
    if (error instanceof LimpidError) return `${error.code} ${error.exitCode} ${error.message}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('defaults', () => {
  const { options, typed, args } = parse([]);
  expect(options.rm).toBe(false);
  expect(options['sig-proxy']).toBe(true);
  expect(options.env).toEqual([]);
  expect(options.memory).toBeUndefined();
  expect(options.pull).toBe('missing');
  expect(options.last).toBe(-1);
  expect(typed).toEqual({});
  expect(args).toEqual([]);
});

test('what is empty is as good as none, where the option says so', () => {
  expect(parse(['--policy', 'yes', '--policy', '']).options.policy).toBe('no');
  expect(parse(['--policy=']).typed).toEqual({});
  expect(parse(['--policy', '', '--policy', 'yes']).typed).toEqual({ policy: ['--policy yes'] });
});

test('long options', () => {
  expect(parse(['--rm']).options.rm).toBe(true);
  expect(parse(['--rm=false']).options.rm).toBe(false);
  expect(parse(['--sig-proxy=0']).options['sig-proxy']).toBe(false);
  expect(parse(['--rm', 'false']).args).toEqual(['false']);
  expect(parse(['--network', 'none']).options.network).toBe('none');
  expect(parse(['--net=none']).options.network).toBe('none');
  expect(parse(['--network=']).options.network).toBe('');
  expect(parse(['--env=A=B=C']).options.env).toEqual(['A=B=C']);
  expect(parse(['--network', '--rm']).options.network).toBe('--rm');
});

test('short options', () => {
  const { options } = parse(['-itd', '-v/a:/b', '-v', '/c:/d', '-p=80:80', '-eA=1', '-e', 'B', '-n-3', '-m128m']);
  expect([options.interactive, options.tty, options.detach]).toEqual([true, true, true]);
  expect(options.volume).toEqual(['/a:/b', '/c:/d']);
  expect(options.publish).toEqual(['80:80']);
  expect(options.env).toEqual(['A=1', 'B']);
  expect(options.last).toBe(-3);
  expect(options.memory).toBe(134217728);
  expect(parse(['-ite', 'A=1']).options.env).toEqual(['A=1']);
  expect(parse(['-i=false']).options.interactive).toBe(false);
});

test('an option with a value of its own takes another only behind "="', () => {
  const { options, args } = parse(['--pull', 'image']);
  expect(options.pull).toBe('always');
  expect(args).toEqual(['image']);
  expect(parse(['--pull=never']).options.pull).toBe('never');
});

test('slices split at commas, arrays do not', () => {
  const { options } = parse(['--cap-add', 'A,B', '--cap-add', '"C,D",E', '-e', 'X=1,2', '--cap-add=']);
  expect(options['cap-add']).toEqual(['A', 'B', 'C,D', 'E']);
  expect(options.env).toEqual(['X=1,2']);
});

test('numbers', () => {
  expect(parse(['--time', '0x10']).options.time).toBe(16);
  expect(parse(['--time', '010']).options.time).toBe(8);
  expect(parse(['--time', '1_000']).options.time).toBe(1000);
  expect(parse(['--cpus', '.5']).options.cpus).toBe(0.5);
  expect(parse(['--interval', '1m30s']).options.interval).toBe(90000);
});

test('options and arguments mix unless the first argument ends the options', () => {
  expect(parse(['a', '--rm', 'b']).args).toEqual(['a', 'b']);
  expect(parse(['a', '--', '--rm']).args).toEqual(['a', '--rm']);
  expect(parse(['-']).args).toEqual(['-']);
  const { args, options } = parse(['-i', 'a', '--rm', '-x', '--', 'b'], true);
  expect(args).toEqual(['a', '--rm', '-x', '--', 'b']);
  expect(options.rm).toBe(false);
  expect(parse(['--', '--rm', 'b'], true).args).toEqual(['--rm', 'b']);
});

test('help is met before what follows is read', () => {
  expect(parse(['--rm', '--help', '--unknown']).help).toBe(true);
  expect(parse(['-h']).help).toBe(true);
  expect(parse(['-ih']).help).toBe(true);
});

test('remembers how each occurrence was typed', () => {
  const { typed } = parse([
    '-m128m',
    '--env=A=1',
    '-e',
    'B=a b',
    '-it',
    '--rm=true',
    '--pull',
    '--net',
    'x',
    '--cap-add=A,B',
  ]);
  expect(typed).toEqual({
    memory: ['-m 128m'],
    env: ['--env A=1', "-e 'B=a b'"],
    interactive: ['-i'],
    tty: ['-t'],
    rm: ['--rm=true'],
    pull: ['--pull'],
    network: ['--net x'],
    'cap-add': ['--cap-add A,B'],
  });
});

test.each([
  [['--memroy', '1'], 'cannot use "--memroy": limpid run has no such option (hint: did you mean "--memory"?)'],
  [['--interac'], 'cannot use "--interac": limpid run has no such option (hint: did you mean "--interactive"?)'],
  [['--xyzzyx=1'], 'cannot use "--xyzzyx": limpid run has no such option (hint: see "limpid run --help")'],
  [['--secre'], 'cannot use "--secre": limpid run has no such option (hint: see "limpid run --help")'],
  [['-Z'], 'cannot use "-Z": limpid run has no such option (hint: see "limpid run --help")'],
  [['-iZ'], 'cannot use "-Z" in "-iZ": limpid run has no such option (hint: see "limpid run --help")'],
  [['--__proto__'], 'cannot use "--__proto__": limpid run has no such option (hint: see "limpid run --help")'],
  [['--=x'], 'cannot use "--": limpid run has no such option (hint: see "limpid run --help")'],
])('%p is none', (words, message) => {
  expect(failure(words)).toBe(`ENOOPTION 125 ${message}`);
});

test.each([
  [['--network'], 'cannot use "--network": it needs a value (hint: see "limpid run --help")'],
  [['-ie'], 'cannot use "-e": it needs a value (hint: see "limpid run --help")'],
  [['--rm=maybe'], 'cannot use "maybe" for --rm: "true" or "false" is wanted'],
  [['-m', '1x'], 'cannot use "1x" for -m: a size such as "128m" is wanted (b, k, m, g, t)'],
  [['--time', '-1'], 'cannot use "-1" for --time: a whole number from 0 up is wanted'],
  [['-n', '1.5'], 'cannot use "1.5" for -n: a whole number is wanted'],
  [['--cpus', 'many'], 'cannot use "many" for --cpus: a number is wanted'],
  [['--interval', '5'], 'cannot use "5" for --interval: a duration such as "1m30s" is wanted (ms, s, m, h)'],
  [['--pull=x'], 'cannot use "x" for --pull: must be one of "always", "missing", "never"'],
  [['--cap-add', '"A'], 'cannot use "\\"A" for --cap-add: a quotation mark is not closed or stands inside a field'],
])('%p fails with one line', (words, message) => {
  expect(failure(words)).toBe(`EOPTION 125 ${message}`);
});

test('law: whatever is typed gives values or a LimpidError of one line', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '--rm',
      '-it',
      '--env',
      '-e',
      '-m',
      '--',
      '-',
      '--pull',
      '-p=',
      '--cap-add=a,"b',
      '-n',
      '12',
      '128m',
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      try {
        parse(words);
      } catch (error) {
        expect(error).toBeInstanceOf(LimpidError);
        expect((error as LimpidError).message).not.toMatch(/\n/);
      }
    }),
  );
});

test('law: values of arrays come back as given', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (values) => {
      expect(parse(values.flatMap((value) => ['--env', value])).options.env).toEqual(values);
      expect(parse(values.map((value) => `--env=${value}`)).options.env).toEqual(values);
    }),
  );
});
