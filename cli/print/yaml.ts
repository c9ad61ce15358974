/** Plain data as YAML, keys in their order: objects, arrays, strings, numbers, booleans, null. */
export function printYaml(value: unknown, indent = ''): string {
  if (Array.isArray(value)) return value.map((item) => `${indent}-${nested(item, `${indent}  `, ' ')}`).join('');
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return entries.map(([key, item]) => `${indent}${scalar(key)}:${nested(item, indent, '\n')}`).join('');
  }
  return `${indent}${scalar(value)}\n`;
}

function nested(value: unknown, indent: string, lead: ' ' | '\n'): string {
  if (typeof value !== 'object' || value === null) return ` ${scalar(value)}\n`;
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (size === 0) return Array.isArray(value) ? ' []\n' : ' {}\n';
  const inner = lead === ' ' || Array.isArray(value) ? indent : `${indent}  `;
  const text = printYaml(value, inner);
  return lead === ' ' ? ` ${text.slice(inner.length)}` : `\n${text}`;
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const plain =
    /^[A-Za-z/][\w./+@,-]*(?:[ :][\w./+@,()-]+)*$/.test(value) &&
    !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value);
  return plain ? value : JSON.stringify(value);
}
