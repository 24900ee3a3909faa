// The map of a city: layers of the server's list, a switch with legends, years by slider or by button, a card.
import type { FeatureCollection, Geometry, Position } from "geojson";
import { addProtocol, type StyleSpecification } from "maplibre-gl";
import { Protocol } from "pmtiles";
import { type Bounds, makeSwitch } from "../controls.ts";
import { fill, type Words } from "../data.ts";
import { element } from "../dom.ts";
import { rows } from "../popup.ts";
import { onTone, token } from "../theme.ts";
import { drawn, parts, type SiteLayer, sourceOf } from "./layers.ts";
import { linkList, makeStage, type Stage } from "./stage.ts";
import { makeTimes } from "./times.ts";

export interface Manifest {
  place?: string;
  bounds: Bounds;
  credit?: string;
  layers: Partial<SiteLayer>[];
}

type Properties = Record<string, unknown>;

addProtocol("pmtiles", new Protocol().tile);

const completed = (layer: Partial<SiteLayer>, i: number): SiteLayer =>
  ({ note: "", shown: true, classes: [], title: "", kind: "geojson", code: `layer-${i}`, ...layer }) as SiteLayer;

function styleOf(layers: SiteLayer[]): StyleSpecification {
  return {
    version: 8,
    sources: Object.fromEntries(layers.map((layer) => [layer.code, sourceOf(layer)])),
    layers: [{ id: "ground", type: "background", paint: { "background-color": token("--raised") } }, ...layers.flatMap(drawn)],
  };
}

function setShown(stage: Stage, layer: SiteLayer, on: boolean): void {
  layer.shown = on;
  for (const id of parts(layer)) {
    if (stage.map.getLayer(id)) stage.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
  }
}

/** Gather the layers of one thing at several periods; a layer alone is a group of one. */
function grouped(layers: SiteLayer[]): SiteLayer[][] {
  const groups = new Map<string, SiteLayer[]>();
  for (const layer of layers) {
    const key = layer.group && layer.period ? `group ${layer.group}` : `layer ${layer.code}`;
    groups.set(key, [...(groups.get(key) ?? []), layer]);
  }
  const ordered = [...groups.values()];
  for (const group of ordered) group.sort((a, b) => (a.period ?? "").localeCompare(b.period ?? "", "en", { numeric: true }));
  return ordered;
}

const unitOf = (text: unknown, unit: string | undefined): string => (text === undefined || text === null ? "" : `${String(text)}${unit ? `\u00a0${unit}` : ""}`);

function open(stage: Stage, layer: SiteLayer, properties: Properties, where: [number, number], from: HTMLElement, take: boolean): void {
  const name = layer.name ? unitOf(properties[layer.name], undefined) : "";
  const found = layer.classes.find((k, i) => String(k.value ?? i) === String(properties[layer.value ?? "c"] ?? ""));
  const kind = [name ? layer.title : "", found?.title ?? "", layer.period ?? ""].filter(Boolean).join(", ");
  const fields = (layer.fields ?? []).map((field): [string, string] => [field.title, unitOf(properties[field.name], field.unit)]);
  const href = typeof properties["href"] === "string" ? properties["href"] : undefined;
  const content = [element("p", { class: "sort" }, kind), rows(fields.filter(([, text]) => text))];
  if (href) content.push(element("a", { class: "more", href }, stage.words["open"] ?? name));
  stage.popup.show({ title: name || layer.title, href, parts: content }, where, from, take);
}

function listen(stage: Stage, layers: SiteLayer[]): void {
  const { map, popup } = stage;
  const asked = layers.filter((layer) => layer.kind !== "picture" && (layer.name || layer.fields?.length || layer.classes.length));
  map.on("click", (event) => {
    const ids = asked.flatMap(parts).filter((id) => map.getLayer(id));
    const { x, y } = event.point;
    const [first] = map.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers: ids });
    const layer = asked.find((one) => first && parts(one).includes(first.layer.id));
    if (first && layer) open(stage, layer, first.properties, event.lngLat.toArray(), map.getCanvas(), false);
    else popup.close();
  });
}

function middleOf(geometry: Geometry): [number, number] {
  const flat: Position[] = [];
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number") flat.push(part as Position);
    else part.forEach(walk);
  };
  if ("coordinates" in geometry) walk(geometry.coordinates);
  const xs = flat.map((p) => p[0] ?? 0);
  const ys = flat.map((p) => p[1] ?? 0);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}

/** Join the list beside to a layer whose things have an `id`. */
function joinList(stage: Stage, layer: SiteLayer, data: FeatureCollection): void {
  const byId = new Map(data.features.map((one) => [String(one.properties?.["id"] ?? ""), one]));
  const show = (id: string, from: HTMLElement): void => {
    const found = byId.get(id);
    if (!found) return;
    const where = middleOf(found.geometry);
    stage.map.flyTo({ center: where, zoom: Math.max(stage.map.getZoom(), 11) });
    open(stage, layer, found.properties ?? {}, where, from, true);
  };
  linkList(stage, show, (id) => byId.has(id));
}

export function startCity(home: HTMLElement, words: Words, manifest: Manifest): void {
  const layers = manifest.layers.map(completed);
  const groups = grouped(layers);
  for (const group of groups) for (const layer of group.slice(0, -1)) layer.shown = false;
  const says = [words["disclaimer"], manifest.credit].filter(Boolean).join(" ");
  const label = home.dataset["alt"] || home.dataset["label"] || fill(words["map_label"], { place: manifest.place ?? "" });
  const stage = makeStage(home, words, () => styleOf(layers), manifest.bounds, label, says);
  const beside = stage.figure.querySelector<HTMLElement>(".beside") ?? stage.figure.appendChild(element("div", { class: "beside" }));
  const now = new Map(groups.map((group) => [group, group.at(-1) as SiteLayer]));
  // One line of the switch stands for all periods of a group.
  const heads = groups.map((group) => ({ ...(now.get(group) as SiteLayer), title: group.length > 1 ? (group[0]?.group ?? "") : (group[0]?.title ?? ""), group_of: group }));
  const redraw = (): HTMLElement => makeSwitch(heads, words, (head, on) => {
    head.shown = on;
    setShown(stage, now.get(head.group_of) as SiteLayer, on);
  });
  beside.prepend(redraw());
  for (const head of heads.filter((one) => one.group_of.length > 1)) {
    const turn = (i: number): void => {
      const next = head.group_of[i];
      if (!next) return;
      stage.popup.close();
      setShown(stage, now.get(head.group_of) as SiteLayer, false);
      now.set(head.group_of, next);
      setShown(stage, next, head.shown);
    };
    home.after(makeTimes(head.title, head.group_of.map((layer) => layer.period ?? ""), words, turn));
  }
  onTone(() => beside.querySelector(".switch")?.replaceWith(redraw()));
  listen(stage, layers);
  const joined = layers.find((layer) => layer.data);
  if (joined?.data) joinList(stage, joined, joined.data);
}
