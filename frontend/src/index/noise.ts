// What the ranks are worth when the weights could have been others: draws made in slices, between which the page answers.
import { aggregated } from "./aggregate.ts";
import type { Builder, Index } from "./build.ts";
import { ranked } from "./rank.ts";
import { Refused } from "./refused.ts";
import { normalised } from "./weights.ts";

export const DRAWS = 200;
export const SPREAD = 0.25;
const SLICE_MS = 12;

/** The ends between which nine tenths of the draws lie: of ranks, and of scores. */
export interface Intervals {
  rankLow: Float64Array;
  rankHigh: Float64Array;
  scoreLow: Float64Array;
  scoreHigh: Float64Array;
}

/** Give a generator of numbers from 0 to below 1 that starts alike each time: the same state has the same intervals. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Draw {
  scores: Float64Array;
  ranks: Uint32Array;
}

/** Make the index with other weights; where it cannot be computed with them no city gets anything. */
function drawn(builder: Builder, index: Index, next: () => number): Draw {
  const weights = normalised(builder.tree, index.weights.map((weight) => weight * (1 - SPREAD + 2 * SPREAD * next())));
  let scores: Float64Array = new Float64Array(index.total.length).fill(Number.NaN);
  try {
    scores = aggregated(builder.tree, index.standard, weights, index.scenario.aggregate, index.there).scores.at(-1) ?? scores;
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
  }
  return { scores, ranks: ranked(scores) };
}

/** Find the ends of the middle nine tenths of what a city got; NaN where it got nothing. */
function ends(values: Float64Array): [number, number] {
  const found = values.filter((value) => !Number.isNaN(value)).sort();
  if (!found.length) return [Number.NaN, Number.NaN];
  const last = found.length - 1;
  return [found[Math.floor(0.05 * last)] as number, found[Math.ceil(0.95 * last)] as number];
}

/** Make the draws and summarise them; hands back control after each draw and each hundred cities. */
function* summarised(builder: Builder, index: Index, count: number): Generator<void, Intervals> {
  const next = generator(1);
  const draws: Draw[] = [];
  for (let i = 0; i < count; i++) {
    draws.push(drawn(builder, index, next));
    yield;
  }
  const n = index.total.length;
  const made: Intervals = { rankLow: new Float64Array(n), rankHigh: new Float64Array(n), scoreLow: new Float64Array(n), scoreHigh: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    [made.rankLow[i], made.rankHigh[i]] = ends(Float64Array.from(draws, ({ ranks }) => ranks[i] || Number.NaN));
    [made.scoreLow[i], made.scoreHigh[i]] = ends(Float64Array.from(draws, ({ scores }) => scores[i] as number));
    if (i % 100 === 99) yield;
  }
  return made;
}

/** Make all at once: for tests. */
export function intervals(builder: Builder, index: Index, count = DRAWS): Intervals {
  const steps = summarised(builder, index, count);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Make them in slices; gives what stops it. */
export function inSlices(builder: Builder, index: Index, done: (made: Intervals) => void): () => void {
  const steps = summarised(builder, index, DRAWS);
  let timer = 0;
  const slice = (): void => {
    const start = performance.now();
    while (performance.now() - start < SLICE_MS) {
      const step = steps.next();
      if (!step.done) continue;
      done(step.value);
      return;
    }
    timer = window.setTimeout(slice, 4);
  };
  timer = window.setTimeout(slice, 4);
  return () => clearTimeout(timer);
}
