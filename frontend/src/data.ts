// What the page holds for the script: words, and the layers of the map as steps of whole numbers.
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";

export type Words = Record<string, string>;

export interface Klass {
  title: string;
  day: string;
  night: string;
  mark: "fill" | "line" | "dot" | "ring" | "hatch" | "dash";
}

/** What a card shows: texts, or whole numbers with a unit; less than zero means absent. */
export interface Field {
  title: string;
  texts?: string[];
  values?: number[];
  unit?: string;
  absent?: string;
}

export function shown(field: Field, i: number): string {
  if (field.texts) return field.texts[i] ?? "";
  const value = field.values?.[i] ?? -1;
  if (value < 0) return field.absent ?? "";
  return `${new Intl.NumberFormat(document.documentElement.lang).format(value)}\u00a0${field.unit ?? ""}`.trim();
}

export interface Head {
  code: string;
  title: string;
  note: string;
  shown: boolean;
  classes: Klass[];
}

export interface PictureLayer extends Head {
  kind: "picture";
  day: string;
  night: string;
  corners: [[number, number], [number, number], [number, number], [number, number]];
}

interface Facts {
  index: number[];
  fields?: Field[];
  listed?: boolean;
  names?: string[] | null;
}

export interface PointLayer extends Head, Facts {
  kind: "point";
  points: number[];
  spacing: number;
}

export interface LineLayer extends Head, Facts {
  kind: "line";
  shapes: number[][][];
}

export interface AreaLayer extends Head, Facts {
  kind: "fill" | "outline";
  shapes: number[][][][];
}

export type ShapeLayer = PointLayer | LineLayer | AreaLayer;
export type Layer = PictureLayer | ShapeLayer;

export interface Live {
  bounds?: [number, number, number, number];
  step?: number;
  layers?: Layer[];
}

function held<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? "{}") as T;
}

export const words = (): Words => held<Words>("labels");
export const live = (): Live => held<Live>("layers");

/** Fill the named parts of a text. */
export function fill(text: string | undefined, parts: Record<string, string | number>): string {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => String(parts[name] ?? whole));
}

/** Walk steps back into degrees. */
function walked(steps: number[], step: number): Position[] {
  const line: Position[] = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < steps.length; i += 2) {
    x += steps[i] ?? 0;
    y += steps[i + 1] ?? 0;
    line.push([x / step, y / step]);
  }
  return line;
}

function geometries(layer: ShapeLayer, step: number): Geometry[] {
  switch (layer.kind) {
    case "point":
      return walked(layer.points, step).map((coordinates) => ({ type: "Point", coordinates }));
    case "line":
      return layer.shapes.map((lines) => ({
        type: "MultiLineString",
        coordinates: lines.map((line) => walked(line, step)),
      }));
    default:
      return layer.shapes.map((parts) => ({
        type: "MultiPolygon",
        coordinates: parts.map((rings) => rings.map((ring) => walked(ring, step))),
      }));
  }
}

/** Give a layer's features; `i` is the position in its lists, `c` its class. */
export function features(layer: ShapeLayer, step: number): FeatureCollection {
  const made = geometries(layer, step).map(
    (geometry, i): Feature => ({ type: "Feature", geometry, properties: { i, c: layer.index[i] ?? 0 } }),
  );
  return { type: "FeatureCollection", features: made };
}
