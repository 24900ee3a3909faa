// The chosen city: its rank and what that is worth, what moved it, and what its dimensions make of it.
import { element, shape, SVG } from "../dom.ts";
import { type Explanation, explained, type Move, moves, type Part } from "./explain.ts";
import { moved, rankSpan } from "./ranking.ts";
import { isChanged } from "./state.ts";
import { named, percent, points, score, span, type Speaker, valueText, whole } from "./text.ts";
import type { View } from "./view.ts";

export interface CityBox {
  show(view: View): void;
}

function pointsMark(value: number, most: number): SVGElement {
  const made = document.createElementNS(SVG, "svg");
  for (const [name, text] of Object.entries({ width: "120", height: "18", viewBox: "0 0 120 18", "aria-hidden": "true", class: "mark" })) made.setAttribute(name, text);
  made.append(shape("path", { class: "base", d: "M60 1V17" }));
  if (!Number.isNaN(value)) {
    const x = 60 + (54 * value) / most;
    made.append(shape("path", { class: "line", d: `M60 9H${x.toFixed(1)}` }), shape("circle", { cx: x.toFixed(1), cy: "9", r: "4" }));
  }
  return made;
}

function partsTable(view: View, told: Explanation, speaker: Speaker): HTMLElement {
  const titles = new Map([...view.tree.live.items, ...view.tree.live.groups].map(({ code, title }) => [code, title]));
  const most = Math.max(...told.parts.map(({ points: each }) => Math.abs(each) || 0), 1e-9);
  const row = (part: Part): HTMLElement =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, titles.get(part.code) ?? part.code),
      element("td", { class: "num" }, percent(part.weight)),
      Number.isNaN(part.score) ? element("td", { class: "absent" }, speaker.say("no_score")) : element("td", { class: "num" }, score(part.score)),
      element("td", { class: "num" }, score(part.typical)),
      element("td", { class: "marks" }, pointsMark(part.points, most)),
      Number.isNaN(part.points) ? element("td", { class: "absent" }, speaker.say("no_points")) : element("td", { class: "num" }, points(part.points)),
    );
  const heads = ["part", "weight", "score", "typical", "marks_points", "points"].map((name) => element("th", { scope: "col", class: name === "part" ? "" : name === "marks_points" ? "marks" : "num" }, speaker.say(`head_${name}`)));
  const table = element("table", {}, element("caption", { class: "sr" }, speaker.say("why")), element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...told.parts.map(row)));
  return element("div", { class: "scroller", role: "group", "aria-label": speaker.say("why"), tabindex: "0" }, table);
}

/** Say in a sentence what lifts the city most, and what holds it back most. */
function gist(view: View, told: Explanation, speaker: Speaker): string {
  const titles = new Map([...view.tree.live.items, ...view.tree.live.groups].map(({ code, title }) => [code, title]));
  const parts = told.parts.filter(({ points: each }) => !Number.isNaN(each)).sort((a, b) => b.points - a.points);
  const [best, worst] = [parts[0], parts.at(-1)];
  const said: string[] = [];
  if (best && best.points > 0.05) said.push(speaker.say("lifts", { part: named(titles.get(best.code) ?? best.code), points: points(best.points) }));
  if (worst && worst.points < -0.05) said.push(speaker.say("holds", { part: named(titles.get(worst.code) ?? worst.code), points: points(worst.points) }));
  return said.join(" ");
}

function moveList(found: Move[], speaker: Speaker): HTMLElement {
  const line = ({ step, before, after }: Move): string =>
    before && after ? speaker.say(before === after ? "move_same" : "move", { step: speaker.say(`step_${step}`), before: whole(before), after: whole(after) }) : speaker.say("move_none", { step: speaker.say(`step_${step}`) });
  return element("ul", { class: "moves" }, ...found.map((each) => element("li", {}, line(each))));
}

/** Name the band of a score; only fixed benchmarks give a score that a band can be about. */
function band(view: View): { title: string; advice: string } | null {
  if (view.index.scenario.standardise.method !== "goalposts") return null;
  const own = view.index.total[view.city]!;
  return [...view.tree.live.bands].sort((a, b) => b.from - a.from).find(({ from }) => own >= from) ?? null;
}

function withRank(view: View, speaker: Speaker): Node[] {
  const { city, index } = view;
  const own = band(view);
  const figures = element(
    "p",
    { class: "standing" },
    element("strong", {}, speaker.say("rank_of", { rank: whole(index.ranks[city]!), count: whole(view.order.length) })),
    isChanged(view.state) ? speaker.say("aside", { said: moved(speaker, view.published.ranks[city]!, index.ranks[city]!) }) : "",
  );
  const interval = view.intervals ? ` (${span(view.intervals.scoreLow[city]!, view.intervals.scoreHigh[city]!, score)})` : "";
  const worth = element("p", {}, speaker.say("score_is", { score: score(index.total[city]!) }), interval, own ? `, ${own.title}` : "", ". ", own?.advice ? `${own.advice}. ` : "", speaker.say("rank_between", { range: rankSpan(view, city, speaker) }));
  const told = explained(view.builder, index, city);
  const found = isChanged(view.state) ? moves(view.builder, view.state, view.published, city) : [];
  const typical = Number.isNaN(told.typical) ? speaker.say("no_sum") : speaker.say(index.total[city]! < told.typical ? "against_less" : "against_more", { typical: score(told.typical), points: score(Math.abs(index.total[city]! - told.typical)) });
  return [
    figures,
    worth,
    ...(found.length ? [element("h3", {}, speaker.say("what_moved")), moveList(found, speaker)] : []),
    element("h3", {}, speaker.say("why")),
    element("p", {}, typical, " ", gist(view, told, speaker)),
    partsTable(view, told, speaker),
  ];
}

function withoutRank(view: View, speaker: Speaker): Node[] {
  const missing = view.tree.live.items.filter((_item, i) => Number.isNaN(view.tree.columns[i]![view.city]!)).map(({ title }) => title);
  const coverage = 100 * view.index.coverage.at(-1)![view.city]!;
  return [
    element("p", { class: "standing" }, element("strong", {}, speaker.say("incomplete", { coverage: percent(coverage) }))),
    element("p", {}, speaker.say("missing", { count: whole(missing.length), names: missing.slice(0, 12).join(", ") + (missing.length > 12 ? ", …" : "") })),
  ];
}

/** Write the city's values and scores into the table of items that the page came with; their unit stands beside them. */
function fillItems(root: HTMLElement, view: View, speaker: Speaker): void {
  const name = view.tree.live.units[view.city]?.name ?? "";
  for (const head of root.querySelectorAll<HTMLElement>("[data-own]")) {
    head.hidden = false;
    head.textContent = speaker.say(`own_${head.dataset["own"]}`, { city: named(name) });
  }
  view.tree.live.items.forEach((item, i) => {
    const raw = view.tree.columns[i]![view.city]!;
    const cells = root.querySelectorAll<HTMLElement>(`[data-item="${CSS.escape(item.code)}"]`);
    const texts = Number.isNaN(raw) ? [speaker.say("not_measured"), speaker.say("no_score")] : [valueText(raw), score(view.index.standard[i]![view.city]!)];
    cells.forEach((cell, c) => {
      cell.hidden = false;
      cell.textContent = texts[c] ?? "";
      cell.classList.toggle("absent", Number.isNaN(raw));
      cell.classList.toggle("num", !Number.isNaN(raw));
    });
  });
}

export function makeCity(place: HTMLElement, root: HTMLElement, speaker: Speaker, countries: Record<string, string>): CityBox {
  const title = element("h2", { id: "chosen-city" });
  const content = element("div", {});
  place.append(title, content);
  place.setAttribute("aria-labelledby", "chosen-city");
  let filled: [city: number, standard: unknown] = [-1, null];
  const show = (view: View): void => {
    const unit = view.tree.live.units[view.city];
    if (!unit) return;
    if (filled[0] !== view.city || filled[1] !== view.index.standard) fillItems(root, view, speaker);
    filled = [view.city, view.index.standard];
    const land = countries[unit.country] ?? unit.country;
    title.replaceChildren(unit.name, element("span", { class: "note" }, land && land !== unit.name ? ` ${land}` : ""));
    content.replaceChildren(...(view.index.ranks[view.city] ? withRank(view, speaker) : withoutRank(view, speaker)));
  };
  return { show };
}
