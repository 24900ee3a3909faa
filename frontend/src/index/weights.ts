// Weights: those given or chosen, brought to a sum of one below each group.
import { below, type Tree, type Weigh } from "./model.ts";
import { Refused } from "./refused.ts";

/** Bring weights to a sum of one below each group; the index itself has 1. */
export function normalised(tree: Tree, weights: Float64Array): Float64Array {
  const shares = new Float64Array(weights.length).fill(1);
  for (const node of tree.nodes) {
    const own = below(tree, node);
    const total = own.reduce((sum, i) => sum + (weights[i] as number), 0);
    if (!(total > 0)) throw new Refused("no_weight", node.code);
    for (const i of own) shares[i] = (weights[i] as number) / total;
  }
  return shares;
}

/** Give the weights of a scenario, items first, then groups. */
export function resolved(tree: Tree, step: Weigh): Float64Array {
  const given = [...tree.live.items, ...tree.live.groups].map((each) => (step.method === "equal" ? 1 : each.weight));
  for (const [code, weight] of Object.entries(step.weights)) {
    const place = tree.place.get(code);
    if (place === undefined) throw new Refused("method", code);
    given[place] = weight;
  }
  return normalised(tree, Float64Array.from(given));
}
