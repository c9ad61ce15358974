/**
 * Writes what follows from plan/ops.ts: native/ops.gen.h with opcodes, names, argument kinds and positions, and
 * plan/layouts.gen.ts with the same as one text, as a table of 80 objects costs each start a millisecond.
 */
import { OPS } from '../plan/ops.ts';

/** A plan that was kept means the same only to whom has the same vocabulary. */
const OPS_DIGEST = new Bun.CryptoHasher('sha256').update(JSON.stringify(OPS)).digest('hex').slice(0, 16);

const lines = [
  '/* Made from plan/ops.ts by tools/gen-native-ops.ts. Do not edit. */',
  '#ifndef LIMPID_OPS_GEN_H',
  '#define LIMPID_OPS_GEN_H',
  '#define LIMPID_OPS(X) \\',
];
const ops = Object.entries(OPS).map(([name, args]) => [name, Object.entries(args)] as const);
// One letter an argument, the first of its kind: s(lot), t(ext), l(ist), i(nt), o(ctal), h(ex), f(lag), b(lob).
for (const [name, args] of ops) lines.push(`  X(${name}, "${args.map(([, kind]) => kind[0]).join('')}") \\`);
const most = Math.max(...ops.map(([, args]) => args.length));
lines.push(
  '',
  'enum op_code {',
  ...ops.map(([name]) => `  OP_${name.toUpperCase()},`),
  '  OP_COUNT',
  '};',
  '',
  `#define ARGS_MAX ${most}`,
  `#define OPS_DIGEST "${OPS_DIGEST}"`,
  '',
);
for (const [name, args] of ops) {
  if (args.length === 0) continue;
  const positions = args.map(([arg]) => `ARG_${name.toUpperCase()}_${arg.replace(/([A-Z])/g, '_$1').toUpperCase()}`);
  lines.push(`enum { ${positions.join(', ')} };`);
}
lines.push('', '#endif', '');
await Bun.write(new URL('../native/ops.gen.h', import.meta.url), lines.join('\n'));

const layouts = ops.map(([name, args], code) =>
  [name, code, ...args.map(([arg, kind]) => `${kind[0]}${arg}`)].join(' '),
);
const text = `/** A line an operation: its name, its opcode, then each argument behind the first letter of its kind. */
export const LAYOUTS = \`\n${layouts.join('\n')}\n\`;
`;
await Bun.write(new URL('../plan/layouts.gen.ts', import.meta.url), text);
await Bun.write(
  new URL('../plan/ops-digest.gen.ts', import.meta.url),
  `// Made from plan/ops.ts by tools/gen-native-ops.ts. Do not edit.\nexport const OPS_DIGEST = '${OPS_DIGEST}';\n`,
);
