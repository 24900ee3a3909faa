// The world map of cities: points that gather into counts, and the same card from map and list.
import type { Feature, FeatureCollection, Point } from "geojson";
import type { GeoJSONSource, LayerSpecification, Map as LiveMap, StyleSpecification } from "maplibre-gl";
import { type Bounds, legend, type Padding } from "../controls.ts";
import type { Klass, Words } from "../data.ts";
import { element } from "../dom.ts";
import { token, tone } from "../theme.ts";
import { countryNames, groundLayers, groundSources, type Names, nameLayer, refineGround } from "./ground.ts";
import { linkList, makeStage, type Stage } from "./stage.ts";
import { lettersFor, textFont } from "./words.ts";

interface City {
  id?: string;
  code?: string;
  name: string;
  country?: string;
  href?: string;
  class?: number | null;
  value?: string;
  period?: string;
  note?: string;
}

interface Cities extends FeatureCollection<Point, City> {
  near?: boolean; // whether they are of one country: the map begins close around them, and each stands for itself
  classes?: Klass[];
  countries?: Record<string, string>;
  credit?: string;
}

const WHOLE: Bounds = [-168, -56, 178, 74];
const MOST_ZOOM = 9;
const DOT = 15; // px, no more than leaves a name beside its own dot

const idOf = (city: City): string => city.id ?? city.code ?? "";

function addressOf(city: City, home: HTMLElement): string | undefined {
  return city.href ?? home.dataset["page"]?.replace("CODE", encodeURIComponent(idOf(city)));
}

function boundsOf(cities: Feature<Point>[], near: boolean): Bounds {
  const xs = cities.map((city) => city.geometry.coordinates[0] ?? 0);
  const ys = cities.map((city) => city.geometry.coordinates[1] ?? 0);
  if (!xs.length) return WHOLE;
  const round = near ? 0.2 + Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) * 0.08 : 4;
  const box: Bounds = [Math.min(...xs) - round, Math.max(Math.min(...ys) - round, -84), Math.max(...xs) + round, Math.min(Math.max(...ys) + round, 84)];
  return box[2] - box[0] > 180 ? WHOLE : box;
}

/** Names stand beside the outermost dots too, and buttons at the end of the line. */
function roomForNames(): Padding {
  const rtl = document.documentElement.dir === "rtl";
  return { top: 32, bottom: 48, left: rtl ? 72 : 52, right: rtl ? 52 : 72 };
}

function colour(classes: Klass[] | undefined): unknown {
  if (!classes?.length) return token("--accent");
  return ["match", ["coalesce", ["get", "class"], -1], ...classes.flatMap((k, i) => [i, k[tone()]]), token("--grey")];
}

// Counts and the room that dots take are last, so that they are placed first and no name is written over them.
function cityLayers(cities: Cities): LayerSpecification[] {
  const count: unknown = ["get", "point_count"];
  const text = { "text-font": textFont(), "text-size": 13 };
  const single: unknown = ["!", ["has", "point_count"]];
  return [
    {
      id: "city-names",
      type: "symbol",
      source: "cities",
      filter: single,
      minzoom: 2.5,
      layout: {
        ...text,
        "text-field": ["get", "name"],
        "text-variable-anchor": cities.near ? ["bottom", "top", "left", "right"] : ["left", "right", "top", "bottom"],
        "text-radial-offset": 0.9,
        "text-justify": "auto",
      },
      paint: { "text-color": token("--ink"), "text-halo-color": token("--land"), "text-halo-width": 1.6 },
    },
    {
      id: "clusters",
      type: "circle",
      source: "cities",
      filter: ["has", "point_count"],
      paint: {
        "circle-color": token("--ink"),
        "circle-radius": ["step", count, 13, 10, 16, 100, 20, 1000, 25],
        "circle-stroke-color": token("--paper"),
        "circle-stroke-width": 2,
      },
    },
    {
      id: "cities",
      type: "circle",
      source: "cities",
      filter: single,
      paint: {
        "circle-color": colour(cities.classes),
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 1, 5, 6, 8],
        "circle-stroke-color": cities.classes?.length ? token("--ink") : token("--paper"),
        "circle-stroke-width": cities.classes?.length ? 1 : 1.5,
      },
    },
    {
      id: "counts",
      type: "symbol",
      source: "cities",
      filter: ["has", "point_count"],
      layout: { ...text, "text-field": ["number-format", count, { locale: document.documentElement.lang }], "text-allow-overlap": true, "text-padding": 10 },
      paint: { "text-color": token("--paper") },
    },
    {
      id: "room",
      type: "symbol",
      source: "cities",
      filter: single,
      layout: { "icon-image": "room", "icon-allow-overlap": true, "icon-padding": 0 },
    },
  ] as LayerSpecification[];
}

/** Names give way to other names and to pictures, not to circles: each dot is a picture too, of which nothing is seen. */
function addRoom(map: LiveMap): void {
  if (!map.hasImage("room")) map.addImage("room", { width: DOT, height: DOT, data: new Uint8Array(DOT * DOT * 4) });
}

function styleOf(cities: Cities, names: Names): StyleSpecification {
  const points = { type: "geojson", data: cities, cluster: !cities.near, clusterRadius: 36, clusterMaxZoom: MOST_ZOOM };
  return {
    version: 8,
    sources: { ...groundSources(names), cities: points },
    layers: [...groundLayers(), nameLayer(), ...cityLayers(cities)],
  } as StyleSpecification;
}

function card(stage: Stage, city: City, cities: Cities): HTMLElement[] {
  const { words, home } = stage;
  const klass = cities.classes?.[city.class ?? -1]?.title;
  const number = element("p", { class: "number" }, element("span", { class: "shown" }, city.value ?? ""), " ", element("span", { class: "period" }, city.period ?? ""));
  const href = addressOf(city, home);
  return [
    ...(city.country ? [element("p", { class: "sort" }, city.country)] : []),
    ...(city.value ? [number] : []),
    ...(klass && !city.value ? [element("p", {}, klass)] : []),
    ...(city.note ? [element("p", { class: "note" }, city.note)] : []),
    ...(href ? [element("a", { class: "more", href }, words["open"] ?? city.name)] : []),
  ];
}

function open(stage: Stage, cities: Cities, id: string, from: HTMLElement, take: boolean): void {
  const found = cities.features.find((city) => idOf(city.properties) === id);
  if (!found) return;
  const where = found.geometry.coordinates as [number, number];
  if (take) stage.map.flyTo({ center: where, zoom: Math.max(stage.map.getZoom(), 6) });
  const title = found.properties.name;
  stage.popup.show({ title, href: addressOf(found.properties, stage.home), parts: card(stage, found.properties, cities) }, where, from, take);
}

function listen(stage: Stage, cities: Cities): void {
  const { map, popup } = stage;
  map.on("click", async (event) => {
    const reach = 8;
    const { x, y } = event.point;
    const [first] = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: ["cities", "clusters"] });
    if (!first) return popup.close();
    if (first.layer.id === "cities") return open(stage, cities, idOf(first.properties as City), map.getCanvas(), false);
    const source = map.getSource("cities") as GeoJSONSource;
    const zoom = await source.getClusterExpansionZoom(Number(first.properties["cluster_id"]));
    map.easeTo({ center: (first.geometry as Point).coordinates as [number, number], zoom });
  });
  map.on("mousemove", (event) => {
    const over = map.queryRenderedFeatures(event.point, { layers: ["cities", "clusters"].filter((id) => map.getLayer(id)) });
    map.getCanvas().style.cursor = over.length ? "pointer" : "";
  });
}

export async function startWorld(home: HTMLElement, words: Words, cities: Cities): Promise<void> {
  const names = await countryNames(cities.countries);
  await lettersFor([...names.features.map((place) => place.properties.name ?? ""), ...cities.features.map((city) => city.properties.name), "0123456789"]);
  const label = home.dataset["alt"] || home.dataset["label"] || (words["world_label"] ?? "");
  const stage = makeStage(home, words, () => styleOf(cities, names), boundsOf(cities.features, cities.near ?? false), label, cities.credit ?? "Natural Earth", cities.near ? roomForNames() : 20);
  if (cities.classes?.length) home.after(element("div", { class: "under" }, legend(cities.classes)));
  stage.map.on("style.load", () => addRoom(stage.map));
  stage.map.on("style.load", () => refineGround(stage.map));
  listen(stage, cities);
  const ids = new Set(cities.features.map((city) => idOf(city.properties)));
  linkList(stage, (id, from) => open(stage, cities, id, from, true), (id) => ids.has(id));
}
