/** The candidate that was meant by what was typed: the only one that it begins, or the nearest where one is near. */
export function suggest(typed: string, candidates: Iterable<string>): string | undefined {
  const completion = uniqueCompletion(typed, candidates);
  if (completion !== undefined) return completion;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = typingDistance(typed, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function uniqueCompletion(typed: string, candidates: Iterable<string>): string | undefined {
  if (typed.length < 3) return undefined;
  const matches = [...candidates].filter((candidate) => candidate.startsWith(typed));
  return matches.length === 1 ? matches[0] : undefined;
}

/** Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, substitutions, swaps of neighbours. */
export function typingDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
