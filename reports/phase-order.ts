/**
 * One order for the phases of several cells, such that each cell's own order is kept (a topological order of all the “comes before” relations;
 * among phases that could come next, the one that stands earliest in its sequence). Where two cells contradict each other, the phase that was seen first goes first.
 */
export function mergedOrder(sequences: readonly (readonly string[])[]): readonly string[] {
  const left = sequences.map((sequence) => [...sequence]);
  const merged: string[] = [];
  for (;;) {
    const heads = left.flatMap((sequence) => sequence[0] ?? []);
    if (heads.length === 0) return merged;
    const free = heads.filter((head) => left.every((sequence) => sequence.indexOf(head) <= 0));
    const [next = ''] = free.length > 0 ? free : heads;
    merged.push(next);
    for (const sequence of left) {
      const at = sequence.indexOf(next);
      if (at >= 0) sequence.splice(at, 1);
    }
  }
}
