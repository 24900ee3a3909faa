// The ranking as a table, a page at a time: the same numbers as the chart, and one button a city.
import { element } from "../dom.ts";
import { extent, rowMark } from "./chart.ts";
import { score, span, type Speaker, whole } from "./text.ts";
import type { View } from "./view.ts";

const PAGE = 25;

export interface Ranking {
  show(view: View): void;
  turnTo(city: number): void;
}

/** Say how far a city is from its published rank: a word, never a sign alone. */
export function moved(speaker: Speaker, before: number, after: number): string {
  if (!before || !after) return before ? speaker.say("published_rank", { rank: whole(before) }) : speaker.say("no_published_rank");
  const name = after < before ? "up" : after > before ? "down" : "same";
  return speaker.say(name, { count: whole(Math.abs(after - before)), rank: whole(before) });
}

export function rankSpan(view: View, i: number, speaker: Speaker): string {
  return view.intervals ? span(view.intervals.rankLow[i]!, view.intervals.rankHigh[i]!, whole) : speaker.say("in_work");
}

export function makeRanking(place: HTMLElement, speaker: Speaker, countries: Record<string, string>, choose: (city: number) => void): Ranking {
  const heads = ["rank", "city", "marks", "score", "rank_range", "change"].map((name) => element("th", { scope: "col", class: name === "city" ? "" : name === "marks" ? "marks" : name === "change" ? "change" : "num" }, speaker.say(`head_${name}`)));
  const body = element("tbody", {});
  const table = element("table", {}, element("caption", { class: "sr" }, speaker.say("ranking")), element("thead", {}, element("tr", {}, ...heads)), body);
  const said = element("p", { class: "note", role: "status" });
  let view: View | null = null;
  let first = 0;
  const button = (name: string, act: () => void): HTMLButtonElement => {
    const made = element("button", { type: "button", class: "plain" }, speaker.say(name));
    made.addEventListener("click", act);
    return made;
  };
  const last = (): number => Math.max(0, Math.floor(((view?.order.length ?? 0) - 1) / PAGE) * PAGE);
  const go = (to: number): void => {
    first = Math.min(Math.max(to, 0), last());
    draw();
  };
  const back = button("previous", () => go(first - PAGE));
  const on = button("next", () => go(first + PAGE));
  const pages = element("div", { class: "pages" }, button("first", () => go(0)), back, on, button("last", () => go(last())), button("find_chosen", () => turnTo(view?.city ?? -1)));
  place.append(element("div", { class: "scroller", role: "group", "aria-label": speaker.say("ranking"), tabindex: "0" }, table), said, pages);

  const row = (now: View, i: number, ends: [number, number]): HTMLTableRowElement => {
    const unit = now.tree.live.units[i]!;
    const name = element("button", { type: "button", class: "name", "data-city": unit.code }, unit.name);
    name.addEventListener("click", () => choose(i));
    if (i === now.city) name.setAttribute("aria-current", "true");
    const land = element("span", { class: "note" }, ` ${countries[unit.country] ?? unit.country}`);
    return element(
      "tr",
      i === now.city ? { class: "own" } : {},
      element("td", { class: "num" }, whole(now.index.ranks[i]!)),
      element("th", { scope: "row" }, name, land),
      element("td", { class: "marks" }, rowMark(now, i, ends)),
      element("td", { class: "num" }, score(now.index.total[i]!)),
      element("td", { class: "num" }, rankSpan(now, i, speaker)),
      element("td", { class: "change" }, moved(speaker, now.published.ranks[i]!, now.index.ranks[i]!)),
    );
  };
  const draw = (from = first, count = PAGE): void => {
    if (!view) return;
    const now = view;
    const held = document.activeElement instanceof HTMLElement && body.contains(document.activeElement) ? document.activeElement.dataset["city"] : undefined;
    const ends = extent(now);
    body.replaceChildren(...now.order.slice(from, from + count).map((i) => row(now, i, ends)));
    if (held) body.querySelector<HTMLElement>(`[data-city="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
    const shown = speaker.say("rows", { first: whole(first + 1), last: whole(Math.min(first + PAGE, now.order.length)), count: whole(now.order.length) });
    if (said.textContent !== shown) said.textContent = shown;
    back.disabled = first === 0;
    on.disabled = first >= last();
    pages.hidden = last() === 0;
  };
  const turnTo = (city: number): void => {
    const at = view?.order.indexOf(city) ?? -1;
    if (at >= 0) go(Math.floor(at / PAGE) * PAGE);
  };
  // Paper has no buttons: it gets every row.
  addEventListener("beforeprint", () => draw(0, Number.POSITIVE_INFINITY));
  addEventListener("afterprint", () => draw());
  const show = (next: View): void => {
    view = next;
    first = Math.min(first, last());
    draw();
  };
  return { show, turnTo };
}
