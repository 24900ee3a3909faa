// All cities as dots with their intervals, the highest score first: one path for the peers, the chosen city in ink.
import { SVG, shape } from "../dom.ts";
import type { View } from "./view.ts";
import { score, whole } from "./text.ts";

const HEIGHT = 260;
const EDGE = { top: 28, bottom: 34, left: 44, right: 16 };

function steps(low: number, high: number): number[] {
  const rough = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_each, i) => first + i * step);
}

/** Find the ends of the scale: of all scores and intervals. */
export function extent(view: View): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const i of view.order) {
    low = Math.min(low, view.index.total[i]!, view.intervals?.scoreLow[i] ?? low);
    high = Math.max(high, view.index.total[i]!, view.intervals?.scoreHigh[i] ?? high);
  }
  return low < high ? [low, high] : [low - 1, high + 1];
}

const text = (x: number, y: number, anchor: string, said: string): SVGElement => {
  const made = shape("text", { x: String(x), y: String(y), "text-anchor": anchor });
  made.textContent = said;
  return made;
};

interface Scale {
  x(place: number): number;
  y(value: number): number;
  width: number;
}

function scaleOf(view: View, width: number): Scale {
  const [low, high] = extent(view);
  const along = (width - EDGE.left - EDGE.right) / Math.max(view.order.length - 1, 1);
  const up = (HEIGHT - EDGE.top - EDGE.bottom) / (high - low);
  return { x: (place) => EDGE.left + place * along, y: (value) => HEIGHT - EDGE.bottom - (value - low) * up, width };
}

function axes(view: View, scale: Scale, name: (rank: string) => string): SVGElement[] {
  const lines = steps(...extent(view)).flatMap((value) => [
    shape("path", { class: "grid", d: `M${EDGE.left} ${scale.y(value)}H${scale.width - EDGE.right}` }),
    text(EDGE.left - 8, scale.y(value) + 4, "end", whole(value)),
  ]);
  const last = view.order.length - 1;
  const middle = Math.round(last / 2);
  const ends = [...new Set([0, middle, last])].filter((place) => place >= 0);
  return [...lines, ...ends.map((place) => text(scale.x(place), HEIGHT - 12, place === 0 ? "start" : place === last ? "end" : "middle", name(whole(view.index.ranks[view.order[place]!]!))))];
}

function peers(view: View, scale: Scale): SVGElement[] {
  let dots = "";
  let lines = "";
  view.order.forEach((i, place) => {
    const x = scale.x(place).toFixed(1);
    dots += `M${x} ${scale.y(view.index.total[i]!).toFixed(1)}h0`;
    if (view.intervals) lines += `M${x} ${scale.y(view.intervals.scoreLow[i]!).toFixed(1)}V${scale.y(view.intervals.scoreHigh[i]!).toFixed(1)}`;
  });
  const size = view.order.length > 300 ? "3" : "5";
  return [shape("path", { class: "whiskers", d: lines }), shape("path", { class: "peers", d: dots, "stroke-width": size })];
}

function chosen(view: View, scale: Scale): SVGElement[] {
  const place = view.order.indexOf(view.city);
  if (place < 0) return [];
  const [x, y] = [scale.x(place), scale.y(view.index.total[view.city]!)];
  const name = view.tree.live.units[view.city]!.name;
  const right = x > scale.width / 2;
  const label = text(x + (right ? -10 : 10), Math.max(y - 10, 14), right ? "end" : "start", `${name} ${score(view.index.total[view.city]!)}`);
  label.setAttribute("class", "own-name");
  const line = view.intervals
    ? [shape("path", { class: "own-line", d: `M${x} ${scale.y(view.intervals.scoreLow[view.city]!)}V${scale.y(view.intervals.scoreHigh[view.city]!)}` })]
    : [];
  return [...line, shape("circle", { class: "own-dot", cx: String(x), cy: String(y), r: "5.5" }), label];
}

/** Draw the chart anew into its element. */
export function draw(svg: SVGElement, view: View, width: number, name: (rank: string) => string): void {
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(HEIGHT));
  if (!view.order.length) return svg.replaceChildren();
  const scale = scaleOf(view, width);
  svg.replaceChildren(...axes(view, scale, name), ...peers(view, scale), ...chosen(view, scale));
}

/** Draw one city's dot and interval on the scale of all, for its row in the table. */
export function rowMark(view: View, i: number, ends: [number, number]): SVGElement {
  const [low, high] = ends;
  const x = (value: number): string => (6 + (148 * (value - low)) / (high - low)).toFixed(1);
  const made = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ width: "160", height: "20", viewBox: "0 0 160 20", "aria-hidden": "true", class: i === view.city ? "mark own" : "mark" })) made.setAttribute(name, value);
  made.append(shape("path", { class: "base", d: "M6 10H154" }));
  if (view.intervals) made.append(shape("path", { class: "line", d: `M${x(view.intervals.scoreLow[i]!)} 10H${x(view.intervals.scoreHigh[i]!)}` }));
  made.append(shape("circle", { cx: x(view.index.total[i]!), cy: "10", r: "4.5" }));
  return made;
}
