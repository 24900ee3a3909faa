// What is shown now: the index as the reader made it, beside the index as published.
import type { Builder, Index } from "./build.ts";
import type { Tree } from "./model.ts";
import type { Intervals } from "./noise.ts";
import type { State } from "./state.ts";

export interface View {
  tree: Tree;
  builder: Builder;
  state: State;
  index: Index;
  published: Index;
  order: number[]; // cities with a rank, the first first
  city: number; // the chosen one
  intervals: Intervals | null; // null until they are computed
}

export function ordered(index: Index): number[] {
  const { ranks } = index;
  return Array.from(ranks.keys())
    .filter((i) => ranks[i])
    .sort((a, b) => ranks[a]! - ranks[b]! || a - b);
}
