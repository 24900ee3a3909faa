// Aggregation: the children of a group joined to its score, and groups joined up to the index.
import { type Aggregate, below, type Node, type Tree } from "./model.ts";
import { Refused } from "./refused.ts";

const SLACK = 1e-9; // a share that is 2/3 but for its last bits is 2/3

export interface Scores {
  scores: Float64Array[]; // a column a group
  coverage: Float64Array[]; // share of the weight of its items that has values
}

interface Made {
  score: Float64Array;
  coverage: Float64Array;
  used: Float64Array; // the part of the coverage that made the score
}

/** Give the weighted mean of what is there, row by row. */
function mean(x: Float64Array[], w: number[]): Float64Array {
  const n = x[0]?.length ?? 0;
  const sum = new Float64Array(n);
  const share = new Float64Array(n);
  x.forEach((column, c) => {
    const weight = w[c] as number;
    for (let i = 0; i < n; i++) {
      const value = column[i] as number;
      if (value !== value) continue; // NaN
      sum[i] = (sum[i] as number) + weight * value;
      share[i] = (share[i] as number) + weight;
    }
  });
  for (let i = 0; i < n; i++) sum[i] = (share[i] as number) > 0 ? (sum[i] as number) / (share[i] as number) : Number.NaN;
  return sum;
}

// Logarithms and reciprocals of a column: those of items are asked for again with every draw of weights.
const READINGS = { geometric: new WeakMap<Float64Array, Float64Array>(), harmonic: new WeakMap<Float64Array, Float64Array>() };

/** Read columns as a mean does that is no plain sum; refuse what it cannot read. */
function readings(x: Float64Array[], method: "geometric" | "harmonic", code: string): Float64Array[] {
  const read = method === "geometric" ? Math.log : (value: number): number => 1 / value;
  return x.map((column) => {
    let found = READINGS[method].get(column);
    if (!found) {
      if (column.some((value) => value <= 0)) throw new Refused("not_positive", code);
      found = column.map((value) => read(value));
      READINGS[method].set(column, found);
    }
    return found;
  });
}

function mpi(x: Float64Array[], w: number[], penalty: number, code: string): Float64Array {
  const centre = mean(x, w);
  if (centre.some((value) => value <= 0)) throw new Refused("mean_not_positive", code);
  const off = x.map((column) => column.map((value, i) => (value - (centre[i] as number)) ** 2));
  const variance = mean(off, w);
  return centre.map((value, i) => value + (penalty * (variance[i] as number)) / value);
}

/** Count the cities that a city outranks less those that outrank it. */
function copeland(x: Float64Array[], w: number[]): Float64Array {
  const n = x[0]?.length ?? 0;
  const made = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      let lead = 0;
      for (let c = 0; c < x.length; c++) {
        const difference = (x[c]?.[i] as number) - (x[c]?.[j] as number);
        if (difference > 0) lead += w[c] as number;
        else if (difference < 0) lead -= w[c] as number;
      }
      const won = Math.abs(lead) < 5e-13 ? 0 : Math.sign(lead);
      made[i] = (made[i] as number) + won;
      made[j] = (made[j] as number) - won;
    }
  }
  return made.map((value, i) => (x.some((column) => !Number.isNaN(column[i])) ? value : Number.NaN));
}

/** Join children by one method; what is missing is left out, and the other weights are brought to one sum. */
export function combined(x: Float64Array[], w: number[], method: string, code: string, penalty = -1): Float64Array {
  switch (method) {
    case "arithmetic":
      return mean(x, w);
    case "geometric":
      return mean(readings(x, "geometric", code), w).map((value) => Math.exp(value));
    case "harmonic":
      return mean(readings(x, "harmonic", code), w).map((value) => 1 / value);
    case "mpi":
      return mpi(x, w, penalty, code);
    case "copeland":
      return copeland(x, w);
    default:
      throw new Refused("method", method);
  }
}

/** Give the method of each level, from the lowest up. */
export function methodsOf(tree: Tree, step: Aggregate): string[] {
  if (typeof step.method === "string") return Array<string>(tree.levels).fill(step.method);
  if (step.method.length !== tree.levels) throw new Refused("method", step.method.join(", "));
  return step.method;
}

const raised = (x: Float64Array, floor: number | null): Float64Array =>
  floor === null || !x.some((value) => value < floor) ? x : x.map((value) => (value < floor ? floor : value));

/** Sum children by weight, as a share of all of it. */
function shares(parts: Float64Array[], w: number[]): Float64Array {
  const total = w.reduce((sum, weight) => sum + weight, 0);
  const made = new Float64Array(parts[0]?.length ?? 0);
  parts.forEach((part, c) => {
    const share = (w[c] as number) / total;
    for (let i = 0; i < made.length; i++) made[i] = (made[i] as number) + share * (part[i] as number);
  });
  return made;
}

function joined(node: Node, x: Float64Array[], there: Float64Array[], made: Made[], w: number[], method: string, step: Aggregate): Made {
  const groups = node.groups.map((i) => made[i] as Made);
  const items = node.items.map((i) => x[i] as Float64Array);
  const held = node.items.map((i) => there[i] as Float64Array);
  const score = combined([...items, ...groups.map((group) => raised(group.score, step.floor))], w, method, node.code, step.penalty);
  const coverage = shares([...held, ...groups.map((group) => group.coverage)], w);
  const used = groups.length ? shares([...held, ...groups.map((group) => group.used)], w) : coverage.slice();
  const least = (step.whole ? 1 : step.minimum_share) - SLACK;
  for (let i = 0; i < score.length; i++) {
    if ((used[i] as number) >= least && Number.isFinite(score[i])) continue;
    score[i] = Number.NaN;
    used[i] = 0;
  }
  return { score, coverage, used };
}

/** Say of each value whether it is there: 1 or 0. */
export const presence = (x: Float64Array[]): Float64Array[] => x.map((column) => column.map((value) => (Number.isNaN(value) ? 0 : 1)));

/**
 * Join items and groups up to the index. A group has a score where the part of its coverage below scored children
 * reaches the least share (or is all, if the step asks for the whole); the scored children alone make it.
 */
export function aggregated(tree: Tree, standard: Float64Array[], weights: Float64Array, step: Aggregate, there = presence(standard)): Scores {
  const methods = methodsOf(tree, step);
  const x = standard.map((column) => raised(column, step.floor));
  const made: Made[] = [];
  for (const node of tree.nodes) {
    const w = below(tree, node).map((i) => weights[i] as number);
    made.push(joined(node, x, there, made, w, methods[node.level - 1] as string, step));
  }
  return { scores: made.map((each) => each.score), coverage: made.map((each) => each.coverage) };
}
