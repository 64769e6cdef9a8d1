/** The known word nearest to a mistyped one (optimal string alignment, at most a third of its letters wrong). */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((x, y) => x.distance - y.distance || (x.candidate < y.candidate ? -1 : 1));
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** ` Did you mean “x”?` or ` Known: a, b, c.` — the tail of every unknown-word error. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = didYouMean(word, known);
  if (near !== undefined) return `did you mean “${near}”?`;
  return known.length === 0 ? 'there are none' : `known: ${known.join(', ')}`;
}

function editDistance(from: string, to: string): number {
  let before: readonly number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const substitute = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swap = swapped ? (before[column - 2] ?? 0) + 1 : substitute;
      current.push(Math.min(substitute, swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    before = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}
