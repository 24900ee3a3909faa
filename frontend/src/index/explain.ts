// Why a city stands where it stands: its dimensions against those of a typical city, and what each change did to its rank.
import type { Builder, Index } from "./build.ts";
import { methodsOf } from "./aggregate.ts";
import { below } from "./model.ts";
import { Refused } from "./refused.ts";
import { scenarioOf, type State } from "./state.ts";

export interface Part {
  code: string;
  score: number;
  typical: number;
  weight: number; // percent, of what is there
  points: number; // how much of the difference from a typical city it makes; NaN where the joining allows no such sum
}

export interface Explanation {
  parts: Part[];
  typical: number; // score of a city that has the median in each part
}

export function median(values: Float64Array): number {
  const found = values.filter((value) => !Number.isNaN(value)).sort();
  const middle = (found.length - 1) / 2;
  return found.length ? ((found[Math.floor(middle)] as number) + (found[Math.ceil(middle)] as number)) / 2 : Number.NaN;
}

/** How a mean reads its parts, and how it turns their mean into a score. */
const READINGS: Record<string, [read: (x: number) => number, write: (x: number) => number]> = {
  arithmetic: [(x) => x, (x) => x],
  geometric: [Math.log, Math.exp],
  harmonic: [(x) => 1 / x, (x) => 1 / x],
};

/**
 * Explain a city's score: the points of all parts sum to its distance from the typical city. Means that are not plain
 * sums are taken apart as they read their parts (logarithms, reciprocals), and brought to points in proportion.
 */
export function explained(builder: Builder, index: Index, i: number): Explanation {
  const { tree } = builder;
  const root = tree.nodes.at(-1)!;
  const columns = [...root.items.map((item) => index.standard[item]!), ...root.groups.map((group) => index.scores[group]!)];
  const places = below(tree, root);
  const codes = [...tree.place.keys()];
  const floor = index.scenario.aggregate.floor ?? Number.NEGATIVE_INFINITY;
  const held = columns.map((column) => (Number.isNaN(column[i]) ? Number.NaN : Math.max(column[i]!, floor)));
  const typical = columns.map((column) => Math.max(median(column), floor));
  const own = places.map((place, c) => (Number.isNaN(held[c]) ? 0 : index.weights[place]!));
  const total = own.reduce((sum, weight) => sum + weight, 0);
  const weights = own.map((weight) => weight / total);
  const reading = READINGS[methodsOf(tree, index.scenario.aggregate).at(-1)!];
  const steps = weights.map((weight, c) => (weight && reading ? weight * (reading[0](held[c]!) - reading[0](typical[c]!)) : 0));
  const typicalRead = weights.reduce((sum, weight, c) => sum + (weight && reading ? weight * reading[0](typical[c]!) : 0), 0);
  const typicalScore = reading && total ? reading[1](typicalRead) : Number.NaN;
  const sum = steps.reduce((whole, step) => whole + step, 0);
  const scale = sum ? (index.total[i]! - typicalScore) / sum : 1;
  const parts = places.map((place, c) => ({
    code: codes[place]!,
    score: columns[c]![i]!,
    typical: median(columns[c]!),
    weight: 100 * weights[c]!,
    points: reading && weights[c] ? steps[c]! * scale : Number.NaN,
  }));
  return { parts, typical: typicalScore };
}

export interface Move {
  step: "variant" | "standardise" | "weights" | "aggregate";
  before: number;
  after: number;
}

/** Give a city's rank in a scenario; none where the scenario cannot be computed. */
function rankIn(builder: Builder, state: State, i: number): number {
  try {
    return builder.build(scenarioOf(builder.tree, state)).ranks[i]!;
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    return 0;
  }
}

/** Say what each kind of change did to a city's rank, one after the other: what the last leaves is the rank shown. */
export function moves(builder: Builder, state: State, published: Index, i: number): Move[] {
  const found: Move[] = [];
  let last = published.ranks[i]!;
  const stages: [Move["step"], boolean, Partial<State>][] = [
    ["variant", Boolean(state.variant), { standardise: "", top: "", under: "", shares: new Map() }],
    ["standardise", Boolean(state.standardise), { top: "", under: "", shares: new Map() }],
    ["weights", state.shares.size > 0, { top: "", under: "" }],
    ["aggregate", Boolean(state.top || state.under), {}],
  ];
  for (const [step, changed, without] of stages) {
    if (!changed) continue;
    const after = rankIn(builder, { ...state, ...without }, i);
    found.push({ step, before: last, after });
    last = after;
  }
  return found;
}
