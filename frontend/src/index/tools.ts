// What a reader may change: where to start from, how values are put on one scale, how parts are joined, the weights.
import { element } from "../dom.ts";
import type { Standardise, Tree } from "./model.ts";
import { AGGREGATIONS, baseOf, floorOf, isChanged, offered, scaleOf, type State, untouched } from "./state.ts";
import { type Speaker, valueText } from "./text.ts";
import { makeWeights } from "./weights_box.ts";
import { methodsOf } from "./aggregate.ts";

export interface Tools {
  show(state: State): void;
}

type Option = [value: string, title: string];

function makeChoice(title: string, options: Option[], act: (value: string) => void): [HTMLElement, HTMLSelectElement] {
  const choice = element("select", {}, ...options.map(([value, text]) => element("option", { value }, text)));
  choice.addEventListener("change", () => act(choice.value));
  return [element("label", {}, title, choice), choice];
}

/** Say how the index itself does something, as the first option of a choice. */
const asStarted = (speaker: Speaker, said: string[]): string => speaker.say("as_started", { method: [...new Set(said)].join(", ") });

const sayMean = (speaker: Speaker) => (name: string): string => speaker.say(`method_${name}`);

/** Name a scale with its ends, or its mean and spread. */
function sayScale(speaker: Speaker, { method, lower, upper, mean, sd }: Standardise): string {
  return speaker.say(`method_${method}`, { lower: valueText(lower), upper: valueText(upper), mean: valueText(mean), spread: valueText(sd) });
}

export function makeTools(place: HTMLElement, tree: Tree, speaker: Speaker, now: () => State, change: (state: State) => void): Tools {
  const { live } = tree;
  const starts: Option[] = [["", speaker.say("published")], ...live.variants.map(({ code, title }): Option => [code, title])];
  const [startLabel, start] = makeChoice(speaker.say("start"), starts, (variant) => change({ ...untouched(now().city), variant }));
  const scales = offered(tree, baseOf(tree, now())).map((name): Option => [name, ""]);
  const [scaleLabel, scale] = makeChoice(speaker.say("standardise"), [["", ""], ...scales], (standardise) => change({ ...now(), standardise }));
  const means = AGGREGATIONS.map((name): Option => [name, sayMean(speaker)(name)]);
  const [topLabel, top] = makeChoice(speaker.say("join_top"), [["", ""], ...means], (value) => change({ ...now(), top: value }));
  const [underLabel, under] = makeChoice(speaker.say("join_under"), [["", ""], ...means], (value) => change({ ...now(), under: value }));
  const floor = element("p", { class: "note", role: "status" });
  const weights = makeWeights(tree, speaker, now, change);
  const back = element("button", { type: "button", class: "plain" }, speaker.say("back"));
  back.addEventListener("click", () => change(untouched(now().city)));
  const choices = element("div", { class: "choices" }, ...(live.variants.length ? [startLabel] : []), scaleLabel, topLabel, ...(tree.levels > 1 ? [underLabel] : []));
  // On a phone the ranking would be far below: there it is asked for.
  const open = matchMedia("(min-width: 901px)").matches;
  place.append(element("details", { class: "changer", open }, element("summary", {}, speaker.say("change_it")), choices, floor, weights.box, back));
  /** Name what the index does itself, and offer it once. */
  const name = (choice: HTMLSelectElement, methods: string[], said: string[]): void => {
    const [first, ...others] = choice.options;
    if (first) first.textContent = asStarted(speaker, said);
    for (const option of others) option.hidden = option.disabled = methods.every((method) => method === option.value) && choice.value !== option.value;
  };
  const show = (state: State): void => {
    const from = baseOf(tree, state);
    const methods = methodsOf(tree, from.aggregate);
    start.value = state.variant;
    scale.value = state.standardise;
    top.value = state.top;
    under.value = state.under;
    for (const option of scale.options) option.textContent = sayScale(speaker, scaleOf(from, option.value));
    name(scale, [from.standardise.method], [sayScale(speaker, from.standardise)]);
    for (const [choice, joined] of [[top, methods.slice(-1)], [under, methods.slice(0, -1)]] as const) name(choice, joined, joined.map(sayMean(speaker)));
    const least = floorOf(tree, state);
    const said = least === null ? "" : speaker.say("floor", { value: valueText(least) });
    if (floor.textContent !== said) floor.textContent = said;
    back.disabled = !isChanged(state);
    weights.show(state);
  };
  return { show };
}
