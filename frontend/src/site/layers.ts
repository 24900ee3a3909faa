// The layers of a map as the server lists them, turned into what MapLibre draws.
import type { FeatureCollection } from "geojson";
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import { type Bounds, filling } from "../controls.ts";
import type { Klass } from "../data.ts";
import { token, tone } from "../theme.ts";
import { textFont } from "./words.ts";

export interface ValueKlass extends Klass {
  /** The value of the layer's property that this class stands for; without it, the class's place in the list. */
  value?: string | number;
}

type Corners = [[number, number], [number, number], [number, number], [number, number]];

export interface SiteLayer {
  code: string;
  title: string;
  note: string;
  shown: boolean;
  kind: "pmtiles" | "picture" | "geojson";
  url?: string;
  data?: FeatureCollection;
  night?: string;
  source_layer?: string;
  shape?: "fill" | "line" | "point" | "outline";
  classes: ValueKlass[];
  value?: string;
  bounds?: Bounds;
  corners?: Corners;
  /** Distance in metres of points that stand in even rows, and their latitude: such points are drawn so that they touch. */
  spacing?: number;
  latitude?: number;
  group?: string;
  period?: string;
  name?: string;
  /** Where names stand, one point each: areas in tiles would bear their name once in every tile. */
  labels?: [string, number, number][];
  fields?: { name: string; title: string; unit?: string }[];
}

const absolute = (url: string | undefined): string => new URL(url ?? "", location.href).href;

function cornersOf(layer: SiteLayer): Corners {
  const [west, south, east, north] = layer.bounds ?? [0, 0, 0, 0];
  return layer.corners ?? [[west, north], [east, north], [east, south], [west, south]];
}

function sourceOf(layer: SiteLayer): SourceSpecification {
  if (layer.kind === "pmtiles") return { type: "vector", url: `pmtiles://${absolute(layer.url)}` };
  if (layer.kind === "geojson") return { type: "geojson", data: layer.data ?? absolute(layer.url) };
  const url = tone() === "night" && layer.night ? layer.night : layer.url;
  return { type: "image", url: absolute(url), coordinates: cornersOf(layer) };
}

/** Give the sources of a layer: what it draws, and where its names stand. */
export function sourcesOf(layer: SiteLayer): [string, SourceSpecification][] {
  const own: [string, SourceSpecification] = [layer.code, sourceOf(layer)];
  if (!layer.labels?.length) return [own];
  const features = layer.labels.map(([name, x, y]) => ({ type: "Feature" as const, properties: { name }, geometry: { type: "Point" as const, coordinates: [x, y] } }));
  return [own, [`${layer.code}-labels`, { type: "geojson", data: { type: "FeatureCollection", features } }]];
}

const valueOf = (klass: ValueKlass, i: number): string => String(klass.value ?? i);

/** Give a feature's class as text, so that numbers and texts are met alike; "" when it has none. */
const read = (layer: SiteLayer): unknown => ["to-string", ["coalesce", ["get", layer.value ?? "c"], ""]];

/** Colour by class; a map with no classes is drawn in ink. */
function colours(layer: SiteLayer): unknown {
  const pairs = layer.classes.flatMap((k, i) => [valueOf(k, i), k[tone()]]);
  return pairs.length ? ["match", read(layer), ...pairs, "rgba(0,0,0,0)"] : token("--ink");
}

/** Select what has a class that is filled; all else is hatched. */
function filled(layer: SiteLayer): unknown {
  const values = layer.classes.flatMap((k, i) => (k.mark === "hatch" ? [] : [valueOf(k, i)]));
  return ["in", read(layer), ["literal", values]];
}

export function drawn(layer: SiteLayer): LayerSpecification[] {
  const base = {
    id: layer.code,
    source: layer.code,
    layout: { visibility: layer.shown ? "visible" : "none" },
    ...(layer.source_layer ? { "source-layer": layer.source_layer } : {}),
  };
  return specs(layer, base) as LayerSpecification[];
}

function specs(layer: SiteLayer, base: Record<string, unknown>): unknown[] {
  const line = (id: string, width: number, colour: unknown): unknown => ({ ...base, id, type: "line", paint: { "line-color": colour, "line-width": width } });
  if (layer.kind === "picture") {
    return [{ ...base, type: "raster", paint: { "raster-resampling": "nearest", "raster-opacity": 0.85, "raster-fade-duration": 0 } }];
  }
  switch (layer.shape ?? "fill") {
    case "line":
      return [line(layer.code, 1.6, colours(layer))];
    case "outline":
      return [{ ...base, type: "fill", paint: { "fill-color": "rgba(0,0,0,0)" } }, line(`${layer.code}-line`, 1.5, token("--ink")), ...names(layer, base)];
    case "point":
      return [
        {
          ...base,
          type: "circle",
          paint: {
            "circle-color": colours(layer),
            "circle-radius": layer.spacing ? filling(layer.spacing, layer.latitude ?? 0) : ["interpolate", ["exponential", 1.6], ["zoom"], 9, 2.2, 16, 10],
            "circle-stroke-color": token("--paper"),
            "circle-stroke-width": layer.spacing ? 0 : ["interpolate", ["linear"], ["zoom"], 11, 0, 14, 1],
          },
        },
      ];
    default:
      return areas(layer, base, line);
  }
}

/** Write the names of outlined areas where there is room. */
function names(layer: SiteLayer, base: Record<string, unknown>): unknown[] {
  if (!layer.name || layer.labels?.length === 0) return [];
  const layout = { ...(base["layout"] as object), "text-field": ["get", layer.name], "text-font": textFont(), "text-size": 13, "text-max-width": 8, "text-padding": 8 };
  const paint = { "text-color": token("--ink"), "text-halo-color": token("--paper"), "text-halo-width": 1.6 };
  const id = `${layer.code}-name`;
  if (!layer.labels?.length) return [{ ...base, id, type: "symbol", layout, paint }];
  return [{ id, source: `${layer.code}-labels`, type: "symbol", layout: { ...layout, "text-field": ["get", "name"] }, paint }];
}

function areas(layer: SiteLayer, base: Record<string, unknown>, line: (id: string, width: number, colour: unknown) => unknown): unknown[] {
  const hatch = { ...base, id: `${layer.code}-hatch`, type: "fill", filter: ["!", filled(layer)], paint: { "fill-pattern": "hatch" } };
  const fill = { ...base, type: "fill", paint: { "fill-color": layer.classes.length ? ["case", filled(layer), colours(layer), "rgba(0,0,0,0)"] : token("--wash"), "fill-opacity": 0.85 } };
  return [fill, ...(layer.classes.length ? [hatch] : []), line(`${layer.code}-line`, 0.6, token("--paper"))];
}

/** Every layer of the map that a layer of the list is drawn with. */
export const parts = (layer: SiteLayer): string[] => [layer.code, `${layer.code}-line`, `${layer.code}-hatch`, `${layer.code}-name`];
