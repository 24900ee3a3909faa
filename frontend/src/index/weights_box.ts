// Weights by hand: a slider and a number for each part; its siblings share what is left.
import { element } from "../dom.ts";
import type { Tree } from "./model.ts";
import { sharesOf, siblings, type State, withShare } from "./state.ts";
import type { Speaker } from "./text.ts";
import { named, percent } from "./text.ts";

export interface WeightsBox {
  box: HTMLElement;
  show(state: State): void;
}

interface Row {
  slider: HTMLInputElement;
  field: HTMLInputElement;
  before: HTMLElement;
}

const digits = (share: number): string => String(Math.round(share * 10) / 10);

/** Give the groups whose children have controls: the index itself, and those that are not made of items alone. */
function weighable(tree: Tree): string[] {
  const codes = tree.nodes.filter((node, i) => i === tree.nodes.length - 1 || node.groups.length).map(({ code }) => code);
  return [...codes.slice(-1), ...codes.slice(0, -1)];
}

function makeRow(title: string, speaker: Speaker, act: (share: number) => void): Row & { row: HTMLElement } {
  const slider = element("input", { type: "range", min: "0", max: "100", step: "0.5", "aria-label": speaker.say("weight_of", { part: named(title) }) });
  const field = element("input", { type: "number", min: "0", max: "100", step: "0.1", inputmode: "decimal", "aria-label": speaker.say("percent_of", { part: named(title) }) });
  const before = element("span", { class: "note" });
  const take = (text: string): void => {
    const share = Number(text);
    if (text !== "" && share >= 0 && share <= 100) act(share);
  };
  slider.addEventListener("input", () => take(slider.value));
  field.addEventListener("input", () => take(field.value));
  const row = element("div", { class: "weight" }, element("span", { class: "part" }, title, " ", before), slider, element("span", { class: "figure" }, field, " %"));
  return { slider, field, before, row };
}

export function makeWeights(tree: Tree, speaker: Speaker, now: () => State, change: (state: State) => void): WeightsBox {
  const titles = new Map([...tree.live.items, ...tree.live.groups].map(({ code, title }) => [code, title]));
  const rows = new Map<string, Row>();
  const parts = weighable(tree).map((parent, i) => {
    const codes = siblings(tree, parent);
    const list = codes.map((code) => {
      const made = makeRow(titles.get(code) ?? code, speaker, (share) => change(withShare(tree, now(), code, share)));
      made.slider.disabled = made.field.disabled = codes.length < 2;
      rows.set(code, made);
      return made.row;
    });
    if (i === 0) return element("div", {}, ...list);
    return element("details", {}, element("summary", {}, speaker.say("parts_of", { part: named(titles.get(parent) ?? parent) })), ...list);
  });
  const box = element("fieldset", { class: "weights" }, element("legend", {}, speaker.say("weights")), element("p", { class: "note" }, speaker.say("weights_note")), ...parts);
  const show = (state: State): void => {
    const shares = sharesOf(tree, state);
    const published = sharesOf(tree, { ...state, shares: new Map() });
    for (const [code, { slider, field, before }] of rows) {
      const share = shares.get(code) ?? 0;
      if (slider !== document.activeElement) slider.value = String(share);
      slider.setAttribute("aria-valuetext", percent(share));
      if (field !== document.activeElement) field.value = digits(share);
      const was = published.get(code) ?? 0;
      before.textContent = Math.abs(was - share) < 0.05 ? "" : speaker.say("was", { value: percent(was) });
    }
  };
  for (const { field } of rows.values()) field.addEventListener("blur", () => show(now()));
  return { box, show };
}
