// The live page of an index: a change is answered at once, its intervals a moment later, and a link keeps it.
import { element, SVG } from "../dom.ts";
import { onTone } from "../theme.ts";
import { Builder, difference, type Index } from "./build.ts";
import { draw } from "./chart.ts";
import { makeCity } from "./city.ts";
import { save, tableOf } from "./csv.ts";
import { median } from "./explain.ts";
import { makeFinder } from "./finder.ts";
import { completed, type Live } from "./model.ts";
import { inSlices } from "./noise.ts";
import { makeRanking, moved } from "./ranking.ts";
import { Refused } from "./refused.ts";
import { read, scenarioOf, type State, written } from "./state.ts";
import { named, score, Speaker, whole } from "./text.ts";
import { makeTools } from "./tools.ts";
import { ordered, type View } from "./view.ts";

const NEAR = 1e-6; // the page and the package differ by less, or the page says so
const QUIET_MS = 250;

const held = <T>(id: string): T => JSON.parse(document.getElementById(id)?.textContent ?? "{}") as T;

interface Words {
  texts: Record<string, string>;
  countries: Record<string, string>;
}

function find(root: HTMLElement, name: string): HTMLElement {
  const part = root.querySelector<HTMLElement>(`[data-part="${name}"]`);
  if (!part) throw new Error(`the page has no part ${name}`);
  part.hidden = false;
  return part;
}

/** Do something when nothing more has come for a moment. */
function whenQuiet(act: () => void): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(act, QUIET_MS);
  };
}

class Page {
  private readonly speaker: Speaker;
  private readonly builder: Builder;
  private readonly published: Index;
  private readonly codes: Map<string, number>;
  private readonly titles: Map<string, string>;
  private view: View;
  private wanted: State;
  private asked = 0; // when the change came that is not answered yet
  private stop: () => void = () => {};
  private shows: ((view: View) => void)[] = [];
  private readonly told: HTMLElement;
  private readonly trouble: HTMLElement;

  constructor(
    private readonly root: HTMLElement,
    live: Live,
    private readonly words: Words,
  ) {
    this.speaker = new Speaker(words.texts);
    this.builder = new Builder(live);
    this.codes = new Map(live.units.map(({ code }, i) => [code, i]));
    this.titles = new Map([...live.items, ...live.groups].map(({ code, title }) => [code, title]));
    this.published = this.builder.build(completed(live.scenario));
    this.told = find(root, "told");
    this.trouble = find(root, "trouble");
    this.wanted = { ...read(this.builder.tree, "").state };
    this.view = this.seen(this.published, this.wanted);
  }

  private seen(index: Index, state: State): View {
    const order = ordered(index);
    const city = this.codes.get(state.city) ?? order[0] ?? 0;
    return { tree: this.builder.tree, builder: this.builder, state, index, published: this.published, order, city, intervals: null };
  }

  start(): void {
    this.check();
    this.makeParts();
    this.fromAddress();
    addEventListener("hashchange", () => this.fromAddress());
    onTone(() => this.show());
    this.root.dataset["ready"] = "";
  }

  /** Hold what this page computes against what came with it, and say where they differ. */
  private check(): void {
    const most = difference(this.builder.tree.live, this.published);
    const place = find(this.root, "check");
    place.textContent = most < NEAR ? this.speaker.say("check_same") : this.speaker.say("check_other");
    place.classList.toggle("trouble", !(most < NEAR));
    this.root.dataset["check"] = String(most);
  }

  private makeParts(): void {
    const { tree } = this.builder;
    const { live } = tree;
    const { countries } = this.words;
    const change = (state: State): void => this.change(state);
    const choose = (city: number): void => this.change({ ...this.wanted, city: live.units[city]?.code ?? "" }, true);
    makeFinder(find(this.root, "finder"), live.units, countries, this.speaker, choose);
    const city = makeCity(find(this.root, "city"), this.root, this.speaker, countries);
    const tools = makeTools(find(this.root, "tools"), tree, this.speaker, () => this.wanted, change);
    const place = find(this.root, "ranking");
    const chart = this.makeChart(place);
    place.querySelector("[data-published]")?.remove();
    this.ranking = makeRanking(place, this.speaker, countries, choose);
    this.makeTakeaways(find(this.root, "links"));
    this.shows = [city.show, (view) => tools.show(view.state), chart, this.ranking.show, (view) => this.showIncomplete(view)];
  }

  private ranking: ReturnType<typeof makeRanking> | null = null;

  private makeChart(place: HTMLElement): (view: View) => void {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("role", "img");
    const title = element("h3", {});
    const figure = element("figure", { class: "all" }, title, element("p", { class: "note" }, this.speaker.say("chart_note")), svg);
    place.append(figure);
    const name = (rank: string): string => this.speaker.say("tick", { rank });
    let last: View | null = null;
    let width = 0; // read when it changes only: to ask for it would lay the page out once more with each answer
    const redraw = (): void => {
      if (last && width) draw(svg, last, width, name);
    };
    new ResizeObserver(([seen]) => {
      const now = Math.max(Math.floor(seen?.contentRect.width ?? 0), 280);
      if (now !== width) {
        width = now;
        redraw();
      }
    }).observe(figure);
    return (view) => {
      last = view;
      const finding = this.finding(view);
      title.textContent = finding;
      svg.setAttribute("aria-label", `${finding} ${this.speaker.say("table_below")}`);
      redraw();
    };
  }

  private finding(view: View): string {
    const first = view.order[0];
    if (first === undefined) return this.speaker.say("nobody");
    const scores = Float64Array.from(view.order, (i) => view.index.total[i]!);
    return this.speaker.say("finding", { city: named(view.tree.live.units[first]!.name), score: score(scores[0]!), median: score(median(scores)), count: whole(view.order.length) });
  }

  /** Let incomplete cities be seen apart: the list that came with the page, as long as it is the same. */
  private showIncomplete(view: View): void {
    const count = view.tree.live.units.length - view.order.length;
    find(this.root, "incomplete-count").textContent = this.speaker.say(count ? "apart" : "none_apart", { count: whole(count) });
    for (const row of this.root.querySelectorAll<HTMLElement>("tr[data-unit]")) row.hidden = Boolean(view.index.ranks[this.codes.get(row.dataset["unit"] ?? "") ?? -1]);
  }

  private makeTakeaways(place: HTMLElement): void {
    const link = element("input", { type: "text", readonly: true, id: "index-link" });
    const said = element("span", { class: "note", role: "status" });
    const copy = element("button", { type: "button", class: "plain" }, this.speaker.say("copy"));
    copy.addEventListener("click", async () => {
      link.select();
      try {
        await navigator.clipboard.writeText(link.value);
        said.textContent = this.speaker.say("copied");
      } catch {
        said.textContent = this.speaker.say("not_copied");
      }
    });
    const csv = element("button", { type: "button", class: "plain" }, this.speaker.say("csv"));
    csv.addEventListener("click", () => save(`${this.builder.tree.live.index.code}.csv`, tableOf(this.view)));
    place.append(element("label", { for: "index-link" }, this.speaker.say("link")), element("div", { class: "row" }, link, copy, csv, said));
    this.keep = whenQuiet(() => {
      const hash = written(this.view.state);
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
      link.value = location.href;
    });
  }

  private keep: () => void = () => {};

  private fromAddress(): void {
    const { state, ignored } = read(this.builder.tree, location.hash);
    this.trouble.textContent = ignored.length ? this.speaker.say("ignored", { parts: ignored.join(", ").slice(0, 200) }) : "";
    this.wanted = state;
    this.answer();
    this.ranking?.turnTo(this.view.city);
  }

  /** Ask for another state; changes that come before the next frame are answered as one. */
  private change(state: State, turn = false): void {
    this.wanted = state;
    this.stop();
    if (this.asked) return;
    this.asked = performance.now();
    performance.mark("index-change");
    requestAnimationFrame(() => {
      this.trouble.textContent = "";
      this.answer();
      if (turn) this.ranking?.turnTo(this.view.city);
      this.asked = 0;
      // The next task after a frame begins when that frame has been drawn.
      requestAnimationFrame(() => setTimeout(() => performance.measure("index-answer", "index-change"), 0));
    });
  }

  private answer(): void {
    this.stop();
    const before = this.view.state;
    const onlyCity = this.view.intervals && written({ ...this.wanted, city: "" }) === written({ ...before, city: "" });
    try {
      const { intervals } = this.view;
      this.view = this.seen(onlyCity ? this.view.index : this.builder.build(scenarioOf(this.builder.tree, this.wanted)), this.wanted);
      if (onlyCity) this.view.intervals = intervals;
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      const why = this.speaker.say(`refused_${cause.reason}`, { part: named(this.titles.get(cause.code) ?? cause.code) });
      this.trouble.textContent = this.speaker.say("refused", { why });
      this.wanted = before;
    }
    this.show();
    this.keep();
    this.sayIt();
    if (!this.view.intervals) this.draws();
  }

  private show(): void {
    for (const part of this.shows) part(this.view);
  }

  private readonly draws = whenQuiet(() => {
    const { view } = this;
    this.stop = inSlices(this.builder, view.index, (made) => {
      if (this.view.index !== view.index) return;
      this.view.intervals = made;
      this.show();
      performance.mark("index-intervals");
      this.root.dataset["intervals"] = "ready";
    });
    delete this.root.dataset["intervals"];
  });

  private readonly sayIt = whenQuiet(() => {
    const { view } = this;
    const name = named(view.tree.live.units[view.city]?.name ?? "");
    const own = view.index.ranks[view.city];
    this.told.textContent = own
      ? this.speaker.say("result", { city: name, rank: whole(own), count: whole(view.order.length), change: moved(this.speaker, view.published.ranks[view.city]!, own) })
      : this.speaker.say("result_none", { city: name });
  });
}

/** Start the page in its element; what came with it stays where it cannot start. */
export function startIndex(root: HTMLElement): void {
  try {
    new Page(root, held<Live>("index-data"), held<Words>("index-words")).start();
  } catch (cause) {
    root.classList.add("failed");
    throw cause;
  }
}
