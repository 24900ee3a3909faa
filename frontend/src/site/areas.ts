// A map of areas in classes is a city map of one layer whose things are given with it.
import type { FeatureCollection } from "geojson";
import type { Bounds } from "../controls.ts";
import type { Klass, Words } from "../data.ts";
import { startCity } from "./city.ts";

export interface Areas {
  title?: string;
  note?: string;
  bounds?: Bounds;
  classes: Klass[];
  no_data?: string;
  credit?: string;
  fields?: { name: string; title: string; unit?: string }[];
  features: FeatureCollection;
}

function boundsOf(features: FeatureCollection): Bounds {
  const box: Bounds = [180, 90, -180, -90];
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [x, y] = part as unknown[];
    if (typeof x !== "number" || typeof y !== "number") return part.forEach(walk);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  };
  for (const { geometry } of features.features) if (geometry && "coordinates" in geometry) walk(geometry.coordinates);
  return box;
}

export function startAreas(home: HTMLElement, words: Words, areas: Areas): void {
  const absent = { title: areas.no_data ?? words["no_data"] ?? "", day: "#aab3bb", night: "#586670", mark: "hatch" as const, value: "" };
  const layer = {
    code: "areas",
    title: areas.title ?? "",
    note: areas.note ?? "",
    kind: "geojson" as const,
    data: areas.features,
    value: "class",
    name: "name",
    fields: areas.fields ?? [{ name: "value", title: areas.title ?? "" }, { name: "period", title: words["period"] ?? "" }, { name: "note", title: "" }],
    classes: [...areas.classes, absent],
  };
  startCity(home, words, { bounds: areas.bounds ?? boundsOf(areas.features), layers: [layer], ...(areas.credit ? { credit: areas.credit } : {}) });
}
