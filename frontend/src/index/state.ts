// What the reader changed: read from the address, held against the index, and written back as shortly as it goes.
import { below, completed, type Scenario, type Standardise, type Tree } from "./model.ts";
import { methodsOf } from "./aggregate.ts";
import { resolved } from "./weights.ts";

export const STANDARDISATIONS = ["goalposts", "min-max", "z-score", "percentile-rank"] as const;
export const AGGREGATIONS = ["arithmetic", "geometric", "harmonic"] as const;
const FLOOR = 1; // of a mean that needs scores above zero: declared on the page beside the choice
const LONGEST = 20_000; // signs of an address that are looked at: a longer one would be cut within a share or a code
const DIGITS = 5; // of a share: what a link says is what the page computes with

export interface State {
  variant: string; // empty: as published
  standardise: string; // empty: as in the variant
  top: string;
  under: string;
  shares: Map<string, number>; // percent of the weight below its parent, for all children of a changed parent
  city: string;
}

export const untouched = (city = ""): State => ({ variant: "", standardise: "", top: "", under: "", shares: new Map(), city });

/** Say whether anything differs from the index as published; which city is looked at does not count. */
export const isChanged = (state: State): boolean =>
  Boolean(state.variant || state.standardise || state.top || state.under || state.shares.size);

export function baseOf(tree: Tree, state: State): Scenario {
  const variant = tree.live.variants.find(({ code }) => code === state.variant);
  return completed(variant?.scenario ?? tree.live.scenario);
}

const allForms = (tree: Tree, base: Scenario): boolean => tree.live.items.every((item) => item.form ?? base.standardise.forms[item.code]);

/** Give the standardisations that this index can have. */
export const offered = (tree: Tree, base: Scenario): string[] => STANDARDISATIONS.filter((name) => name !== "goalposts" || allForms(tree, base));

function methods(tree: Tree, base: Scenario, state: State): string[] {
  return methodsOf(tree, base.aggregate).map((method, level) => (level === tree.levels - 1 ? state.top : state.under) || method);
}

/** Give the least score that counts, where a mean that was chosen by hand needs scores above zero. */
export function floorOf(tree: Tree, state: State): number | null {
  const base = baseOf(tree, state);
  const needed = methods(tree, base, state).some((method) => method === "geometric" || method === "harmonic");
  const byHand = Boolean(state.standardise || state.top || state.under);
  return base.aggregate.floor ?? (needed && byHand ? FLOOR : null);
}

/** Give the standardisation that a reader chooses by name: that of the index where it is its own. */
export function scaleOf(base: Scenario, method: string): Standardise {
  if (method === base.standardise.method) return base.standardise;
  return { ...base.standardise, ...(method === "z-score" ? { mean: 50, sd: 10 } : { lower: 0, upper: 100 }), method };
}

/** Give the scenario that the reader asks for. */
export function scenarioOf(tree: Tree, state: State): Scenario {
  const base = baseOf(tree, state);
  return {
    standardise: scaleOf(base, state.standardise || base.standardise.method),
    weigh: { ...base.weigh, weights: { ...base.weigh.weights, ...Object.fromEntries(state.shares) } },
    aggregate: { ...base.aggregate, method: methods(tree, base, state), floor: floorOf(tree, state) },
  };
}

const codeAt = (tree: Tree, place: number): string => {
  const items = tree.live.items;
  return (place < items.length ? items[place]?.code : tree.live.groups[place - items.length]?.code) ?? "";
};

const parentOf = (tree: Tree, code: string): string =>
  [...tree.live.items, ...tree.live.groups].find((each) => each.code === code)?.parent ?? "";

/** Give the codes of a group's children. */
export function siblings(tree: Tree, parent: string): string[] {
  const node = tree.nodes.find(({ code }) => code === parent);
  return node ? below(tree, node).map((place) => codeAt(tree, place)) : [];
}

/** Give the share of each item and group below its parent, percent. */
export function sharesOf(tree: Tree, state: State): Map<string, number> {
  const weights = resolved(tree, scenarioOf(tree, state).weigh);
  return new Map([...tree.place].map(([code, place]) => [code, 100 * (weights[place] as number)]));
}

const rounded = (share: number): number => Number(share.toPrecision(DIGITS));

/** Give one child a share; the others keep their proportions in what is left. */
export function withShare(tree: Tree, state: State, code: string, share: number): State {
  const now = sharesOf(tree, state);
  const published = sharesOf(tree, { ...state, shares: new Map() });
  const others = siblings(tree, parentOf(tree, code)).filter((each) => each !== code);
  const parts = (of: Map<string, number>): number => others.reduce((sum, each) => sum + (of.get(each) ?? 0), 0);
  const by = parts(now) > 0 ? now : parts(published) > 0 ? published : new Map(others.map((each) => [each, 1]));
  const left = Math.min(Math.max(100 - share, 0), 100);
  const shares = new Map(state.shares);
  shares.set(code, rounded(100 - left));
  for (const each of others) shares.set(each, rounded((left * (by.get(each) ?? 0)) / parts(by)));
  return { ...state, shares };
}

/** Write the state as the part of an address behind its #; empty where nothing is chosen. */
export function written(state: State): string {
  const weights = [...state.shares].map(([code, share]) => `${encodeURIComponent(encodeURIComponent(code))}:${share}`).join(",");
  const parts: [string, string][] = [
    ["v", encodeURIComponent(state.variant)],
    ["s", state.standardise],
    ["t", state.top],
    ["u", state.under],
    ["w", weights], // its : and , may stand in an address as they are
    ["c", encodeURIComponent(state.city)],
  ];
  return parts.filter(([, value]) => value).map((part) => part.join("=")).join("&");
}

function readShares(tree: Tree, text: string): Map<string, number> | null {
  const shares = new Map<string, number>();
  for (const part of text.split(",")) {
    const [code, share] = [decodeURIComponent(part.slice(0, part.lastIndexOf(":"))), Number(part.slice(part.lastIndexOf(":") + 1) || Number.NaN)];
    if (!parentOf(tree, code) || shares.has(code) || !(share >= 0 && share <= 100)) return null;
    shares.set(code, share);
  }
  for (const parent of new Set([...shares.keys()].map((code) => parentOf(tree, code)))) {
    const given = siblings(tree, parent).map((code) => shares.get(code) ?? Number.NaN);
    if (!(given.reduce((sum, share) => sum + share, 0) > 0)) return null; // one is not there, or all are zero
  }
  return shares;
}

export interface Read {
  state: State;
  ignored: string[]; // what the address asks for and the index does not have
}

/** Read a state; what cannot be is left out and told. */
export function read(tree: Tree, hash: string): Read {
  const state = untouched();
  const ignored: string[] = [];
  const { live } = tree;
  const asked = hash.replace(/^#/, "");
  if (asked.length > LONGEST) return { state, ignored: [asked] };
  const takes: Record<string, (value: string) => boolean> = {
    v: (value) => live.variants.some(({ code }) => code === value) && ((state.variant = value), true),
    s: (value) => offered(tree, baseOf(tree, state)).includes(value) && ((state.standardise = value), true),
    t: (value) => (AGGREGATIONS as readonly string[]).includes(value) && ((state.top = value), true),
    u: (value) => (AGGREGATIONS as readonly string[]).includes(value) && tree.levels > 1 && ((state.under = value), true),
    w: (value) => {
      const shares = readShares(tree, value);
      if (shares) state.shares = shares;
      return shares !== null;
    },
    c: (value) => live.units.some(({ code }) => code === value) && ((state.city = value), true),
  };
  for (const [key, value] of new URLSearchParams(asked)) {
    let taken = false;
    try {
      taken = Object.hasOwn(takes, key) && (takes[key]?.(value) ?? false);
    } catch {
      // A sign that stands for none, as %E0%A4%A: told with the others.
    }
    if (!taken) ignored.push(value ? `${key}=${value}` : key);
  }
  return { state, ignored };
}
