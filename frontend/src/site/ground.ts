// The quiet ground under the points of the world map: land, borders, names of countries in the page's language.
import type { FeatureCollection, Point } from "geojson";
import type { GeoJSONSource, LayerSpecification, Map as LiveMap, SourceSpecification } from "maplibre-gl";
import { token } from "../theme.ts";
import { textFont } from "./words.ts";

const beside = (name: string): string => new URL(name, import.meta.url).href;
const FINE = 3; // from this zoom on, the finer lines

interface Place {
  m49: string;
  region: string;
  size: number;
  name?: string;
}

export type Names = FeatureCollection<Point, Place>;

/** Fetch where names of countries stand, and write them: as the server names them, else as the browser does. */
export async function countryNames(given: Record<string, string> | undefined): Promise<Names> {
  const names = (await (await fetch(beside("world-names.json"))).json()) as Names;
  const own = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "region", fallback: "none" });
  for (const { properties } of names.features) {
    properties.name = given ? (given[properties.m49] ?? "") : /^[A-Z]{2}$/.test(properties.region) ? (own.of(properties.region) ?? "") : "";
  }
  return names;
}

export function groundSources(names: Names): Record<string, SourceSpecification> {
  return {
    world: { type: "geojson", data: beside("world-110.json"), tolerance: 0.2 },
    names: { type: "geojson", data: names },
  };
}

export function groundLayers(): LayerSpecification[] {
  const part = (name: string): unknown => ["==", ["get", "part"], name];
  const line = { "line-color": token("--border"), "line-width": ["interpolate", ["linear"], ["zoom"], 1, 0.5, 6, 1.2] };
  return [
    { id: "water", type: "background", paint: { "background-color": token("--water") } },
    { id: "land", type: "fill", source: "world", filter: part("land"), paint: { "fill-color": token("--land"), "fill-outline-color": token("--border") } },
    { id: "border", type: "line", source: "world", filter: part("border"), paint: line },
    { id: "disputed", type: "line", source: "world", filter: part("disputed"), paint: { ...line, "line-dasharray": [3, 3] } },
  ] as LayerSpecification[];
}

/** Names of countries: the large ones first, more as the reader comes nearer. */
export function nameLayer(): LayerSpecification {
  return {
    id: "country-names",
    type: "symbol",
    source: "names",
    minzoom: 0.5,
    filter: [">", ["get", "size"], ["step", ["zoom"], 400, 1.6, 150, 2.5, 60, 3.5, 12, 4.5, 2, 5.5, 0]],
    layout: {
      "text-field": ["get", "name"],
      "text-font": textFont(),
      "text-size": 12,
      "text-max-width": 8,
      "text-padding": 6,
      "symbol-sort-key": ["-", 0, ["get", "size"]],
    },
    paint: { "text-color": token("--soft"), "text-halo-color": token("--land"), "text-halo-width": 1.2 },
  } as LayerSpecification;
}

/** Change to the finer lines once the reader has come near enough to see them. */
export function refineGround(map: LiveMap): void {
  const refine = (): void => {
    if (map.getZoom() < FINE) return;
    map.off("zoomend", refine);
    (map.getSource("world") as GeoJSONSource | undefined)?.setData(beside("world-50.json"));
  };
  map.on("zoomend", refine);
  refine();
}
