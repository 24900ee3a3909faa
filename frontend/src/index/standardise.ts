// Standardisation: columns of raw values brought to one scale on which more is better; missing stays missing.
import { scored } from "./forms.ts";
import type { Item, Standardise, Tree } from "./model.ts";
import { ranked } from "./rank.ts";
import { Refused } from "./refused.ts";

interface Ends {
  low: number;
  high: number;
  count: number;
}

function endsOf(column: Float64Array): Ends {
  const ends = { low: Number.NaN, high: Number.NaN, count: 0 };
  for (const x of column) {
    if (Number.isNaN(x)) continue;
    if (!(x >= ends.low)) ends.low = x;
    if (!(x <= ends.high)) ends.high = x;
    ends.count += 1;
  }
  return ends;
}

/** Refuse a column that tells no city from another. */
function telling(column: Float64Array, code: string): Ends {
  const ends = endsOf(column);
  if (!(ends.high > ends.low)) throw new Refused("constant", code);
  return ends;
}

function minMax(z: Float64Array, step: Standardise, code: string): Float64Array {
  const { low, high } = telling(z, code);
  return z.map((x) => step.lower + (step.upper - step.lower) * ((x - low) / (high - low)));
}

function zScore(z: Float64Array, step: Standardise, code: string): Float64Array {
  const { count } = telling(z, code);
  let sum = 0;
  for (const x of z) if (!Number.isNaN(x)) sum += x;
  const centre = sum / count;
  let squares = 0;
  for (const x of z) if (!Number.isNaN(x)) squares += (x - centre) ** 2;
  const spread = Math.sqrt(squares / (count - 1));
  return z.map((x) => step.mean + step.sd * ((x - centre) / spread));
}

/** Count the cities that each is above. */
function borda(z: Float64Array, code: string): { beaten: Float64Array; others: number } {
  const { count } = telling(z, code);
  const ranks = ranked(z.map((x) => -x), null);
  return { beaten: Float64Array.from(ranks, (rank) => (rank ? rank - 1 : Number.NaN)), others: count - 1 };
}

function percentileRank(z: Float64Array, step: Standardise, code: string): Float64Array {
  const { beaten, others } = borda(z, code);
  return beaten.map((x) => step.lower + (step.upper - step.lower) * (x / others));
}

function toTarget(z: Float64Array, step: Standardise, item: Item): Float64Array {
  const aim = (step.targets[item.code] ?? Number.NaN) * item.direction;
  const { low } = telling(z, item.code);
  if (!(aim > low)) throw new Refused("target", item.code);
  return z.map((x) => step.lower + (step.upper - step.lower) * Math.min((x - low) / (aim - low), 1));
}

function toMaximum(x: Float64Array, step: Standardise, item: Item): Float64Array {
  const { low, high } = telling(x, item.code);
  const less = item.direction < 0;
  if (low < 0 || (less && low === 0)) throw new Refused("ratio", item.code);
  return x.map((each) => step.lower + (step.upper - step.lower) * (less ? low / each : each / high));
}

function column(raw: Float64Array, item: Item, step: Standardise): Float64Array {
  const z = item.direction < 0 ? raw.map((x) => -x) : raw;
  switch (step.method) {
    case "goalposts": {
      const form = step.forms[item.code] ?? item.form;
      if (!form) throw new Refused("no_form", item.code);
      return scored(form, raw, item.code);
    }
    case "min-max":
      return minMax(z, step, item.code);
    case "z-score":
      return zScore(z, step, item.code);
    case "percentile-rank":
      return percentileRank(z, step, item.code);
    case "borda":
      return borda(z, item.code).beaten;
    case "distance-to-target":
      return toTarget(z, step, item);
    case "distance-to-maximum":
      return toMaximum(raw, step, item);
    default:
      throw new Refused("method", step.method);
  }
}

/** Standardise every item. */
export const standardised = (tree: Tree, step: Standardise): Float64Array[] =>
  tree.live.items.map((item, i) => column(tree.columns[i] as Float64Array, item, step));
