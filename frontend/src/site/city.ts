// The map of a city: layers of the server's list, a switch with legends, years by slider or by button, a card.
import type { FeatureCollection, Geometry, Position } from "geojson";
import { addProtocol, type StyleSpecification } from "maplibre-gl";
import { Protocol } from "pmtiles";
import { type Bounds, makeSwitch } from "../controls.ts";
import { fill, type Words } from "../data.ts";
import { element } from "../dom.ts";
import { rows } from "../popup.ts";
import { onTone, token } from "../theme.ts";
import { drawn, parts, type SiteLayer, sourcesOf } from "./layers.ts";
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
    sources: Object.fromEntries(layers.flatMap(sourcesOf)),
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

/** What the switch shows of a group: its newest period at first, and the period that the reader turned to. */
interface Group extends SiteLayer {
  periods: SiteLayer[];
  now: SiteLayer;
}

function groupOf(periods: SiteLayer[]): Group {
  const now = periods.at(-1) as SiteLayer;
  for (const layer of periods) if (layer !== now) layer.shown = false;
  return { ...now, title: periods.length > 1 ? (now.group ?? now.title) : now.title, periods, now };
}

function addSwitch(stage: Stage, groups: Group[]): void {
  const beside = stage.figure.querySelector<HTMLElement>(".beside") ?? stage.figure.appendChild(element("div", { class: "beside" }));
  const made = (): HTMLElement =>
    makeSwitch(groups, stage.words, (group, on) => {
      group.shown = on;
      setShown(stage, group.now, on);
    });
  beside.prepend(made());
  onTone(() => beside.querySelector(".switch")?.replaceWith(made()));
}

function addTimes(stage: Stage, group: Group): void {
  const turn = (i: number): void => {
    const next = group.periods[i];
    if (!next || next === group.now) return;
    stage.popup.close();
    setShown(stage, group.now, false);
    group.now = next;
    setShown(stage, next, group.shown);
  };
  stage.home.after(makeTimes(group.title, group.periods.map((layer) => layer.period ?? ""), stage.words, turn));
}

export function startCity(home: HTMLElement, words: Words, manifest: Manifest): void {
  const latitude = (manifest.bounds[1] + manifest.bounds[3]) / 2;
  const layers = manifest.layers.map((layer, i) => completed({ latitude, ...layer }, i));
  const groups = grouped(layers).map(groupOf);
  const label = home.dataset["alt"] || home.dataset["label"] || fill(words["map_label"], { place: manifest.place ?? "" });
  const stage = makeStage(home, words, () => styleOf(layers), manifest.bounds, label, manifest.credit ?? "");
  addSwitch(stage, groups);
  for (const group of groups) if (group.periods.length > 1) addTimes(stage, group);
  listen(stage, layers);
  const joined = layers.find((layer) => layer.data);
  if (joined?.data) joinList(stage, joined, joined.data);
}
