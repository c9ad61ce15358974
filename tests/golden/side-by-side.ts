/**
 * Two texts as one: a line that both have once, behind two blanks; else marked with the side's letter. By the longest
 * common subsequence.
 */
export function sideBySide(
  left: readonly string[],
  right: readonly string[],
  marks: readonly [string, string],
): string {
  const lengths = commonLengths(left, right);
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && left[i] === right[j]) {
      lines.push(`  ${left[i++]}`);
      j++;
    } else if (j === right.length || (i < left.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      lines.push(`${marks[0]} ${left[i++]}`);
    } else lines.push(`${marks[1]} ${right[j++]}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** `[i][j]`: how many lines the rest of the left from `i` and of the right from `j` have in common, in order. */
function commonLengths(left: readonly string[], right: readonly string[]): number[][] {
  const lengths = Array.from({ length: left.length + 1 }, () => Array.from({ length: right.length + 1 }, () => 0));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        left[i] === right[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}
