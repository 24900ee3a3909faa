// Ranks: 1 is the highest; equal scores share the better rank; without a score there is no rank.
export const DIGITS = 10; // scores nearer than this are equal: their last bits tell the order of additions, not of cities

/** Round to whole numbers, halves to the even one. */
function rint(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/** Rank scores; 0 where there is none. `digits` null compares exactly. */
export function ranked(scores: Float64Array, digits: number | null = DIGITS): Uint32Array {
  const step = 10 ** (digits ?? 0);
  const keys = digits === null ? scores : scores.map((x) => rint(x * step) / step);
  const present = new Float64Array(keys.length);
  let count = 0;
  for (const key of keys) if (!Number.isNaN(key)) present[count++] = key;
  const sorted = present.subarray(0, count).sort(); // a typed array sorts numbers natively, many times faster than pairs
  return Uint32Array.from(keys, (key) => (Number.isNaN(key) ? 0 : count - upper(sorted, key) + 1));
}

/** Count the entries of a rising list up to and with a number. */
function upper(sorted: Float64Array, key: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
