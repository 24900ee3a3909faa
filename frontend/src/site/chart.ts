// A chart from its specification: drawn as SVG in the colours of the page, without evaluating any text as code.
import { parse, type Spec, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type Config, type TopLevelSpec } from "vega-lite";
import type { Words } from "../data.ts";
import { element } from "../dom.ts";
import { onTone, token } from "../theme.ts";

const CATEGORIES = [1, 2, 3, 4, 5, 6, 7, 8];
const RAMP = [1, 2, 3, 4, 5, 6];

/** Give the look of charts from the tokens of the page. */
function look(): Config {
  const [ink, soft, line, accent] = ["--ink", "--soft", "--line", "--accent"].map(token) as [string, string, string, string];
  const text = { labelColor: soft, titleColor: soft, labelFontSize: 13, titleFontSize: 13, titleFontWeight: 400 as const };
  return {
    background: "transparent",
    font: '"Noto Sans", "Noto Sans Arabic", system-ui, "Noto Sans SC", sans-serif',
    view: { stroke: null },
    axis: { ...text, gridColor: line, domainColor: line, tickColor: line, labelPadding: 6 },
    legend: { ...text, titleColor: ink },
    header: { ...text, labelColor: ink },
    title: { color: ink, subtitleColor: soft, fontSize: 17, subtitleFontSize: 13, fontWeight: 600, anchor: "start" },
    mark: { color: accent },
    text: { color: ink, fontSize: 13 },
    rule: { color: line },
    style: { "guide-label": { fill: soft }, "guide-title": { fill: soft } },
    range: { category: CATEGORIES.map((i) => token(`--cat${i}`)), ordinal: RAMP.map((i) => token(`--q${i}`)), ramp: RAMP.map((i) => token(`--q${i}`)) },
  } as Config;
}

// Specifications carry the colours of paper, so that the same file draws the document; at night these are exchanged.
const DAY: Record<string, string> = {
  "#ffffff": "--paper", "#16212b": "--ink", "#51606d": "--soft", "#d3dae0": "--line", "#006d77": "--accent", "#8a97a3": "--grey",
  "#f7dd83": "--q1", "#d3be62": "--q2", "#a3a264": "--q3", "#738870": "--q4", "#47687a": "--q5", "#1d3f6e": "--q6",
};

function inTone(spec: string): TopLevelSpec {
  return JSON.parse(spec.replace(/"(#[0-9a-f]{6})"/gi, (whole, colour: string) => {
    const name = DAY[colour.toLowerCase()];
    return name ? JSON.stringify(token(name)) : whole;
  })) as TopLevelSpec;
}

/** Let a chart of one panel be as wide as its place. */
function fitted(spec: TopLevelSpec, width: number): TopLevelSpec {
  const single = "mark" in spec || "layer" in spec;
  const axes = { autosize: { type: "fit-x", contains: "padding" } } as const;
  return single ? ({ ...axes, ...spec, width } as TopLevelSpec) : spec;
}

async function made(spec: TopLevelSpec, place: HTMLElement): Promise<View> {
  const { config, ...rest } = spec as TopLevelSpec & { config?: Config };
  const whole = compile(rest as TopLevelSpec, { config: { ...config, ...look() } }).spec as Spec;
  const view = new View(parse(whole, undefined, { ast: true }), { renderer: "svg", container: place, hover: true, expr: expressionInterpreter, logLevel: 1 });
  return view.runAsync();
}

/** Tell how far words beside the last marks reach over the edge. */
function reach(place: HTMLElement): number {
  const svg = place.querySelector("svg");
  if (!svg) return 0;
  const drawn = svg.getBBox();
  return Math.max(0, Math.ceil(drawn.x + drawn.width - svg.clientWidth));
}

/** Draw a chart as wide as its place; words that reach over its edge get room from the plot. */
async function draw(plot: HTMLElement, text: string): Promise<View> {
  const place = element("div");
  const width = Math.max(plot.clientWidth, 260);
  let view = await made(fitted(inTone(text), width), place);
  plot.replaceChildren(place);
  const over = reach(place);
  if (over > 0 && over < width / 2) {
    view.finalize();
    place.replaceChildren();
    view = await made(fitted(inTone(text), width - over), place);
  }
  const svg = place.querySelector("svg");
  svg?.setAttribute("role", "img");
  if (plot.dataset["alt"]) svg?.setAttribute("aria-label", plot.dataset["alt"]);
  return view;
}

export async function startChart(plot: HTMLElement, words: Words): Promise<void> {
  try {
    const answer = await fetch(plot.dataset["spec"] ?? "");
    if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
    const text = await answer.text();
    let view = await draw(plot, text);
    let width = plot.clientWidth;
    const again = async (): Promise<void> => {
      view.finalize();
      view = await draw(plot, text);
    };
    onTone(() => void again());
    new ResizeObserver(() => {
      if (plot.clientWidth === width) return;
      width = plot.clientWidth;
      void again();
    }).observe(plot);
    plot.dataset["state"] = "live";
  } catch (cause) {
    console.error(cause);
    plot.replaceChildren(element("p", { class: "failed", role: "status" }, words["no_chart"] ?? ""));
    plot.dataset["state"] = "failed";
  }
  plot.classList.add("done");
}
