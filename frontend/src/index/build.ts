// An index from raw values to ranks; what did not change since the last time is kept.
import { aggregated, presence, type Scores } from "./aggregate.ts";
import type { Live, Scenario, Standardise, Tree } from "./model.ts";
import { treeOf } from "./model.ts";
import { ranked } from "./rank.ts";
import { standardised } from "./standardise.ts";
import { resolved } from "./weights.ts";

export interface Index extends Scores {
  scenario: Scenario;
  standard: Float64Array[];
  there: Float64Array[];
  weights: Float64Array;
  total: Float64Array;
  ranks: Uint32Array; // 0 where a city has none
}

interface Kept {
  standard: Float64Array[];
  there: Float64Array[];
}

export class Builder {
  readonly tree: Tree;
  private readonly kept = new Map<string, Kept>();

  constructor(live: Live) {
    this.tree = treeOf(live);
  }

  private columns(step: Standardise): Kept {
    const key = JSON.stringify(step);
    let found = this.kept.get(key);
    if (!found) {
      const standard = standardised(this.tree, step);
      found = { standard, there: presence(standard) };
      this.kept.set(key, found);
    }
    return found;
  }

  build(scenario: Scenario): Index {
    const { standard, there } = this.columns(scenario.standardise);
    const weights = resolved(this.tree, scenario.weigh);
    const made = aggregated(this.tree, standard, weights, scenario.aggregate, there);
    const total = made.scores.at(-1) as Float64Array;
    return { ...made, scenario, standard, there, weights, total, ranks: ranked(total) };
  }
}

/** Hold scores that were made here against those that came with the page: the greatest difference, and of which group. */
export function difference(live: Live, made: Index): number {
  let most = 0;
  live.check.scores.forEach((row, i) =>
    row.forEach((wanted, g) => {
      const got = made.scores[g]?.[i] ?? Number.NaN;
      const off = wanted === null || Number.isNaN(got) ? (wanted === null) === Number.isNaN(got) ? 0 : Number.POSITIVE_INFINITY : Math.abs(got - wanted);
      most = Math.max(most, off);
    }),
  );
  live.check.ranks.forEach((wanted, i) => {
    if ((wanted ?? 0) !== made.ranks[i]) most = Math.max(most, 1);
  });
  return most;
}
