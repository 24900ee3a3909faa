// What the page holds: the values of an index, its tree, the scenario as published, and the scores to check against.

export interface Form {
  kind: "linear" | "log" | "root" | "target" | "one-sided" | "direct" | "checklist";
  low?: number;
  high?: number;
  inverse?: boolean;
  k?: number;
  rooted?: boolean;
  target?: number;
  side?: "above" | "below";
  points?: number;
}

export interface Standardise {
  method: string;
  lower: number;
  upper: number;
  mean: number;
  sd: number;
  targets: Record<string, number>;
  forms: Record<string, Form>;
}

export interface Weigh {
  method: string;
  weights: Record<string, number>;
}

export interface Aggregate {
  method: string | string[];
  minimum_share: number;
  whole: boolean;
  floor: number | null;
  penalty: number;
}

/** The steps that change on this page; the steps before them made the values that the page holds. */
export interface Scenario {
  standardise: Standardise;
  weigh: Weigh;
  aggregate: Aggregate;
}

export interface Item {
  code: string;
  title: string;
  unit: string;
  direction: number;
  parent: string;
  weight: number;
  form: Form | null;
  status: string;
  note: string;
}

export interface Group {
  code: string;
  title: string;
  parent: string;
  weight: number;
}

export interface Unit {
  code: string;
  name: string;
  country: string;
}

export interface Live {
  format: number;
  index: { code: string; title: string; edition: string; source: string };
  units: Unit[];
  items: Item[];
  groups: Group[];
  values: (number | null)[][];
  scenario: Partial<Scenario>;
  variants: { code: string; title: string; scenario: Partial<Scenario> }[];
  bands: { from: number; title: string; advice: string }[];
  check: { scores: (number | null)[][]; ranks: (number | null)[] };
}

/** A group and what is directly below it: places among items, and among groups. */
export interface Node {
  code: string;
  level: number;
  items: number[];
  groups: number[];
}

export interface Tree {
  live: Live;
  nodes: Node[];
  levels: number;
  place: Map<string, number>; // items first, then groups: the order of every list of weights
  columns: Float64Array[]; // raw values of each item, NaN where missing
}

const DEFAULT: Scenario = {
  standardise: { method: "min-max", lower: 0, upper: 100, mean: 0, sd: 1, targets: {}, forms: {} },
  weigh: { method: "given", weights: {} },
  aggregate: { method: "arithmetic", minimum_share: 2 / 3, whole: false, floor: null, penalty: -1 },
};

/** Complete a scenario with what is done where it says nothing. */
export function completed(given: Partial<Scenario>): Scenario {
  return {
    standardise: { ...DEFAULT.standardise, ...given.standardise },
    weigh: { ...DEFAULT.weigh, ...given.weigh },
    aggregate: { ...DEFAULT.aggregate, ...given.aggregate },
  };
}

/** Read the tree; its groups come from the lowest up, the index itself last. */
export function treeOf(live: Live): Tree {
  const group = new Map(live.groups.map((each, i) => [each.code, i]));
  const nodes: Node[] = live.groups.map(({ code }) => ({ code, level: 1, items: [], groups: [] }));
  live.items.forEach((each, i) => nodes[group.get(each.parent) ?? -1]?.items.push(i));
  live.groups.forEach((each, i) => {
    const parent = nodes[group.get(each.parent) ?? -1];
    parent?.groups.push(i);
    if (parent) parent.level = Math.max(parent.level, (nodes[i]?.level ?? 1) + 1);
  });
  const place = new Map([...live.items, ...live.groups].map((each, i) => [each.code, i]));
  const columns = live.items.map((_item, i) => Float64Array.from(live.values, (row) => row[i] ?? Number.NaN));
  return { live, nodes, levels: nodes.at(-1)?.level ?? 1, place, columns };
}

/** Give the places, in the order of weights, of what is directly below a group. */
export const below = (tree: Tree, node: Node): number[] => [...node.items, ...node.groups.map((i) => i + tree.live.items.length)];
