import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../../base/error.ts';
import { formatRows, formatValue } from './format.ts';
import { asMap, withMaps } from './value.ts';

const DATA = {
  ID: '0123456789abcdef',
  Name: 'lab',
  Pid: 42,
  Ratio: 0.5,
  Running: true,
  Empty: '',
  None: null,
  Names: ['a', 'b', 'c'],
  Nothing: [],
  State: { Pid: 7, Status: 'running', Health: null },
  Labels: asMap({ b: '2', a: '1' }),
  Mounts: [{ Source: '/x' }, { Source: '/y' }],
  Label: (name: string) => `<${name}>`,
};

function format(template: string): string {
  return formatValue(template, DATA, 'inspect').slice(0, -1);
}

test.each([
  ['plain', 'plain'],
  ['{{.Name}}', 'lab'],
  ['{{.State.Pid}} {{ .Pid }}', '7 42'],
  ['{{.Names}} {{.Labels}} {{.State}}', '[a b c] map[a:1 b:2] {7 running <nil>}'],
  ['{{.None}} {{.Labels.nope}} {{.Running}}', '<no value> <no value> true'],
  ['{{json .}}', JSON.stringify({ ...DATA, Labels: { a: '1', b: '2' } })],
  ['{{json .Labels}} {{.Names | json}}', '{"a":"1","b":"2"} ["a","b","c"]'],
  ['{{range .Names}}<{{.}}>{{end}}', '<a><b><c>'],
  ['{{range $i, $n := .Names}}{{$i}}={{$n}} {{$.Name}};{{end}}', '0=a lab;1=b lab;2=c lab;'],
  ['{{range $n := .Names}}{{$n}}{{end}}', 'abc'],
  ['{{range $k, $v := .Labels}}{{$k}}:{{$v}} {{end}}', 'a:1 b:2 '],
  ['{{range .Nothing}}x{{else}}none{{end}}', 'none'],
  ['{{range .None}}x{{else}}none{{end}}', 'none'],
  ['{{range 3}}{{.}}{{end}}', '012'],
  ['{{range .Names}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'ac'],
  ['{{range .Names}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', 'a'],
  ['{{range .Mounts}}{{.Source}} {{end}}', '/x /y '],
  ['{{if .Running}}up{{else}}down{{end}}', 'up'],
  ['{{if .Empty}}1{{else if .Nothing}}2{{else if .Pid}}3{{else}}4{{end}}', '3'],
  ['{{with .State}}{{.Status}}{{end}}{{with .None}}x{{else}}-{{end}}', 'running-'],
  ['{{with $x := .State.Pid}}{{$x}}{{end}}', '7'],
  ['{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}', '2'],
  ['{{$x := 1}}{{if true}}{{$x := 2}}{{end}}{{$x}}', '1'],
  ['{{.Name | upper | printf "%s-%d" | printf "[%s]" }}', '[LAB-%!d(MISSING)]'],
  [
    '{{printf "%s|%d|%q|%v|%x|%t|%5.2f|%-10s|%10s|%05d|%+d" .Name .Pid .Name .Names 255 true 3.14159 "ab" "cd" 42 7}}',
    'lab|42|"lab"|[a b c]|ff|true| 3.14|ab        |        cd|00042|+7',
  ],
  ['{{printf "%d %s %" "x" 1}}', '%!d(string=x) %!s(int=1) %!(NOVERB)'],
  ['{{printf "%*d|%.*f" 5 42 2 0.123}}', '   42|0.12'],
  ['{{printf "%T %T %T" 1 "s" .Names}}', 'int string []interface {}'],
  ['{{printf "%%|%c|%e|%g|%X|%o|%b" 65 1234.5 0.1 255 8 5}}', '%|A|1.234500e+03|0.1|FF|10|101'],
  ['{{printf "%d" 1 2}}', '1%!(EXTRA int=2)'],
  ['{{index .Names 1}} {{index .Labels "a"}} {{index .Mounts 1 | json}}', 'b 1 {"Source":"/y"}'],
  ['{{(index .Mounts 0).Source}}', '/x'],
  ['{{len .Names}} {{len .Name}} {{len .Labels}} {{len "é"}}', '3 3 2 2'],
  ['{{join .Names ","}} {{split "a:b" ":"}} {{upper "a"}}{{lower "B"}} {{title "ab cd"}}', 'a,b,c [a b] Ab Ab Cd'],
  ['{{truncate .ID 12}} [{{pad .Name 1 2}}] [{{pad "" 1 2}}]', '0123456789ab [ lab  ] []'],
  ['{{slice .Names 1 2}} {{slice .ID 0 3}}', '[b] 012'],
  [
    '{{eq .Pid 42}} {{eq .Name "x" "lab"}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt "b" "a"}} {{ge 1 2}} {{eq .None nil}}',
    'true true true true true true false true',
  ],
  [
    '{{and 1 0 2}} {{or 0 "" "x"}} {{not .Empty}} {{and .Running (eq .Pid 42)}} {{or .Running .None.X}}',
    '0 x true true true',
  ],
  ['{{print 1 2 "a" 3}} {{println "a" 1}}', '1 2a3 a 1\n'],
  ['{{.Label "x"}} {{call .Label "y"}}', '<x> <y>'],
  ['a {{- .Name -}}  b', 'alabb'],
  ['a {{- /* note */ -}} b{{/* x */}}', 'ab'],
  [String.raw`{{.Name}}\t{{.Pid}}\n`, 'lab\t42\n'],
  [String.raw`{{"a\tb\u00e9\x41\""}}{{${'`'}raw\t${'`'}}}`, 'a\tbéA"raw\\t'],
  ["{{'a'}} {{0x1f}} {{1_000}} {{-3}} {{1.5}} {{true}}", '97 31 1000 -3 1.5 true'],
  ['{{html "<a>"}} {{urlquery "a b"}}', '&#60;a&#62; a%20b'],
  ['{', '{'],
  ['', ''],
])('%s', (template, text) => {
  expect(format(template)).toBe(text);
});

test.each([
  ['{{.Foo}}', 'template: inspect:1:2: executing "inspect" at <.Foo>: can\'t evaluate field Foo in type struct'],
  [
    'x\n {{.Nam}}',
    'template: inspect:2:3: executing "inspect" at <.Nam>: can\'t evaluate field Nam in type struct; did you mean .Name?',
  ],
  [
    '{{.State.Pidd}}',
    'template: inspect:1:2: executing "inspect" at <.State.Pidd>: can\'t evaluate field Pidd in type struct; did you mean .Pid?',
  ],
  ['{{.Name.X}}', 'template: inspect:1:2: executing "inspect" at <.Name.X>: can\'t evaluate field X in type string'],
  ['{{.None.X}}', 'template: inspect:1:2: executing "inspect" at <.None.X>: nil pointer evaluating interface {}.X'],
  [
    '{{.constructor}}',
    'template: inspect:1:2: executing "inspect" at <.constructor>: can\'t evaluate field constructor in type struct',
  ],
  [
    '{{index .Names 9}}',
    'template: inspect:1:2: executing "inspect" at <index>: error calling index: index out of range: 9',
  ],
  ['{{range .Name}}{{end}}', 'template: inspect:1:8: executing "inspect" at <.Name>: range can\'t iterate over string'],
  [
    '{{eq 1 "a"}}',
    'template: inspect:1:2: executing "inspect" at <eq>: error calling eq: incompatible types for comparison',
  ],
  ['{{.Name 1}}', 'template: inspect:1:2: executing "inspect" at <.Name>: can\'t give argument to non-function .Name'],
  ['{{.ID', 'template: inspect:1: unclosed action'],
  ['{{nope .ID}}', 'template: inspect:1: function "nope" not defined'],
  ['{{$x}}', 'template: inspect:1: undefined variable "$x"'],
  ['{{if .ID}}x', 'template: inspect:1: unexpected EOF'],
  ['x{{end}}', 'template: inspect:1: unexpected {{end}}'],
  ['{{}}', 'template: inspect:1: missing value for command'],
  ['{{"a}}', 'template: inspect:1: unterminated quoted string'],
  ['{{(.ID}}', 'template: inspect:1: unclosed left paren'],
  ['{{.ID | 1}}', 'template: inspect:1: non executable command in pipeline stage 2'],
  ['{{break}}', 'template: inspect:1: {{break}} outside {{range}}'],
  ['{{/* x}}', 'template: inspect:1: unclosed comment'],
  ['{{.ID ! }}', "template: inspect:1: unexpected bad character U+0021 '!' in command"],
  ['{{define "x"}}{{end}}', 'template: inspect:1: {{define}} is not known here'],
])('%s fails as in Go', (template, why) => {
  try {
    format(template);
    throw new Error('nothing was thrown');
  } catch (error) {
    if (!(error instanceof LimpidError)) throw error;
    expect([error.code, error.exitCode]).toEqual(['ETEMPLATE', 125]);
    expect(error.message).toBe(`cannot use format ${JSON.stringify(template)}: ${why}`);
  }
});

test('chosen objects of a document become maps', () => {
  const document = withMaps({ Config: { Labels: { a: '1' } }, List: [{ Labels: {} }] }, new Set(['Labels']));
  expect(formatValue('{{.Config.Labels.a}} {{.Config.Labels.b}} {{(index .List 0).Labels}}', document, 'inspect')).toBe(
    '1 <no value> map[]\n',
  );
  expect(() => formatValue('{{.Config.Label}}', document, 'inspect')).toThrow(
    "can't evaluate field Label in type struct",
  );
});

const ROWS = [
  { ID: 'aa', Names: 'lab', MemUsage: '1MB' },
  { ID: 'bb', Names: 'a-much-longer-name', MemUsage: '2MB' },
];

test('rows', () => {
  const shape = { name: 'ps', headings: { ID: 'CONTAINER ID' } };
  expect(formatRows('{{.ID}}', ROWS, shape)).toBe('aa\nbb\n');
  expect(formatRows('{{.ID}}', [], shape)).toBe('');
  expect(formatRows(String.raw`table {{.ID}}\t{{upper .Names}}\t{{.MemUsage}}`, ROWS, shape)).toBe(
    'CONTAINER ID  NAMES               MEM USAGE\naa            LAB                 1MB\nbb            A-MUCH-LONGER-NAME  2MB\n',
  );
  expect(formatRows('table {{.ID}}', ROWS, { ...shape, noHeading: true })).toBe('aa\nbb\n');
  expect(formatRows('table {{.ID}}', [], shape)).toBe('CONTAINER ID\n');
  expect(formatRows('{{range .}}{{.ID}},{{end}}', ROWS, shape)).toBe('aa,bb,\n');
  expect(formatRows('json', [{ ID: 'aa' }], shape)).toBe('[\n    {\n        "ID": "aa"\n    }\n]\n');
  expect(() => formatRows('table {{.X}}', ROWS, shape)).toThrow("can't evaluate field X in type struct");
});

test('law: any text gives text or a LimpidError of one line', () => {
  const part = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.constantFrom(
      ...[
        '{{',
        '}}',
        '{{- ',
        ' -}}',
        '.',
        '.Name',
        '.Names',
        '.State',
        '$',
        '$x',
        ':=',
        '=',
        '|',
        '(',
        ')',
        ',',
        ' ',
        '"',
        '`',
        "'a'",
        '"%5.2f"',
        '1',
        '-9',
        '1e9',
      ],
      ...[
        'if ',
        'else ',
        'end',
        'range ',
        'with ',
        'break',
        'printf ',
        'index ',
        'slice ',
        'join ',
        'pad ',
        'truncate ',
        'len ',
        'eq ',
        'lt ',
        'call ',
        'and ',
        'json ',
        'title ',
        'nil',
        'true',
      ],
      ...[
        '{{if .Name}}',
        '{{else}}',
        '{{end}}',
        '{{range $i, $n := .Names}}',
        '{{printf "%*.*[v%c%U" ',
        '/*',
        '*/',
        '\\',
      ],
    ),
  );
  const template = fc.array(part, { maxLength: 14 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.oneof(
        template,
        template.map((text) => `{{${text}}}`),
      ),
      (text) => {
        for (const act of [
          () => formatValue(text, DATA, 'x'),
          () => formatRows(`table ${text}`, [DATA], { name: 'x' }),
        ]) {
          try {
            act();
          } catch (error) {
            if (!(error instanceof LimpidError)) throw error;
            expect(error.message).not.toInclude('\n');
          }
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test('deep nesting is an error, not an overflow', () => {
  expect(() => format(`{{${'('.repeat(100_000)}}}`)).toThrow('too many nested actions');
  expect(() => format('{{if 1}}'.repeat(100_000))).toThrow('too many nested actions');
});
