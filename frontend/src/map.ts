// The live map: the page's own layers, a switch with legends, and a list of the same things for keyboard and search.
import {
  type GeoJSONSource,
  type ImageSource,
  type Map as LiveMap,
  Marker,
  setWorkerUrl,
  type LayerSpecification,
  type StyleSpecification,
} from "maplibre-gl";
import workerText from "worker-text:maplibre-gl/dist/maplibre-gl-worker.mjs";
import { Card } from "./card.ts";
import { filling, hasWebGL, makeMap, makeSwitch, zoomButtons } from "./controls.ts";
import { features, fill, live, type Layer, type Live, type ShapeLayer, type Words } from "./data.ts";
import { element } from "./dom.ts";
import { makeList } from "./list.ts";
import { onTone, token, tone } from "./theme.ts";

const MOST_NAMES = 12;

const paper = (): string => token("--paper");
const ink = (): string => token("--ink");

/** Colour by class. */
function colours(layer: Layer): unknown {
  const pairs = layer.classes.flatMap((k, i) => [i, k[tone()]]);
  return pairs.length ? ["match", ["get", "c"], ...pairs, "rgba(0,0,0,0)"] : ink();
}

function drawn(layer: Layer, latitude: number): LayerSpecification[] {
  const base = { id: layer.code, source: layer.code, layout: { visibility: layer.shown ? "visible" : "none" } };
  const grow = (small: number, large: number): unknown => ["interpolate", ["exponential", 1.6], ["zoom"], 9, small, 16, large];
  const specs: unknown[] = [];
  if (layer.kind === "picture") {
    specs.push({ ...base, type: "raster", paint: { "raster-resampling": "nearest", "raster-opacity": 0.85, "raster-fade-duration": 0 } });
  } else if (layer.kind === "line") {
    specs.push({ ...base, type: "line", paint: { "line-color": colours(layer), "line-width": ["match", ["get", "c"], 0, 1.6, 0.8] } });
  } else if (layer.kind === "fill") {
    specs.push({ ...base, type: "fill", paint: { "fill-color": colours(layer), "fill-opacity": 0.75 } });
  } else if (layer.kind === "outline") {
    const wide = layer.code === "boundary";
    specs.push({ ...base, type: "fill", paint: { "fill-color": "rgba(0,0,0,0)" } }); // to be clicked
    specs.push({
      ...base,
      id: `${layer.code}-line`,
      type: "line",
      paint: { "line-color": ink(), "line-width": wide ? 2.5 : 1 },
    });
  } else if (layer.kind === "point") {
    const stop = layer.code === "stops";
    const rings = layer.classes.map((k, i) => [i, k.mark === "ring" ? 1.2 : stop ? 1 : 0]).flat();
    specs.push({
      ...base,
      type: "circle",
      paint: {
        "circle-color": colours(layer),
        "circle-radius": layer.spacing ? filling(layer.spacing, latitude) : stop ? grow(1.8, 9) : grow(2.2, 16),
        "circle-stroke-color": stop ? paper() : ink(),
        "circle-stroke-width": rings.length ? ["match", ["get", "c"], ...rings, 0] : 0,
      },
    });
  }
  return specs as LayerSpecification[];
}

function style(data: Live, layers: Layer[]): StyleSpecification {
  const sources: Record<string, unknown> = {};
  for (const layer of layers) {
    sources[layer.code] =
      layer.kind === "picture"
        ? { type: "image", url: layer[tone()], coordinates: layer.corners }
        : { type: "geojson", data: features(layer, data.step ?? 1e5) };
  }
  const ground = { id: "ground", type: "background", paint: { "background-color": paper() } };
  const latitude = ((data.bounds?.[1] ?? 0) + (data.bounds?.[3] ?? 0)) / 2;
  const boundary = layers.find((layer) => layer.code === "boundary");
  const land = { id: "land", source: "boundary", type: "fill", paint: { "fill-color": tone() === "night" ? "#1d262d" : "#f4f1ea" } };
  return {
    version: 8,
    sources,
    layers: [ground, ...(boundary ? [land] : []), ...layers.flatMap((layer) => drawn(layer, latitude))],
  } as StyleSpecification;
}

function nameMarkers(map: LiveMap, layer: ShapeLayer, step: number): Marker[] {
  if (layer.kind !== "outline" || !layer.names) return [];
  const sized = features(layer, step).features.map((feature, i) => {
    const ring = feature.geometry.type === "MultiPolygon" ? (feature.geometry.coordinates[0]?.[0] ?? []) : [];
    const xs = ring.map((p) => p[0] ?? 0);
    const ys = ring.map((p) => p[1] ?? 0);
    const box = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)] as const;
    return { name: layer.names?.[i] ?? "", area: (box[1] - box[0]) * (box[3] - box[2]), x: (box[0] + box[1]) / 2, y: (box[2] + box[3]) / 2 };
  });
  sized.sort((a, b) => b.area - a.area);
  return sized.slice(0, MOST_NAMES).map(({ name, x, y }) => {
    const text = element("span", { class: "place-name", "aria-hidden": "true" }, name);
    return new Marker({ element: text }).setLngLat([x, y]).addTo(map);
  });
}

/** Hide the names that would lie on others; the larger places come first. */
function thinNames(names: Marker[], shown: boolean): void {
  const kept: DOMRect[] = [];
  for (const name of names) {
    const mark = name.getElement();
    mark.hidden = !shown;
    const box = mark.getBoundingClientRect();
    const hit = kept.some((k) => box.left < k.right && k.left < box.right && box.top < k.bottom && k.top < box.bottom);
    if (hit) mark.hidden = true;
    else kept.push(box);
  }
}

export function startMap(words: Words): void {
  const home = document.getElementById("live");
  const data = live();
  const { bounds, layers } = data;
  if (!home || !bounds || !layers?.length || !hasWebGL()) return;
  setWorkerUrl(URL.createObjectURL(new Blob([workerText], { type: "text/javascript" })));
  const place = document.querySelector("h1")?.textContent ?? "";
  const stage = element("div", { class: "stage" });
  const canvas = element("div");
  stage.append(canvas);
  home.append(stage);
  home.classList.add("waiting"); // the drawn map stays until the live one is there
  home.hidden = false;
  const map = makeMap(canvas, style(data, layers), bounds, fill(words["map_label"], { place }));
  const card = new Card(map, stage, words, data.step ?? 1e5);
  const shapes = layers.filter((layer): layer is ShapeLayer => layer.kind !== "picture");
  const names = shapes.filter((l) => l.code === "neighbourhoods").flatMap((l) => nameMarkers(map, l, data.step ?? 1e5));
  stage.append(zoomButtons(map, bounds, words));
  let named = true;
  const show = (layer: Layer, on: boolean): void => {
    for (const id of [layer.code, `${layer.code}-line`]) {
      if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
    }
    if (layer.code === "neighbourhoods") {
      named = on;
      thinNames(names, on);
    }
  };
  home.append(makeSwitch(layers, words, show));
  const credit = document.querySelector("#drawn .credit");
  if (credit) home.append(element("p", { class: "credit under" }, `${words["north"] ?? ""}. `, credit.firstChild?.textContent ?? ""));
  const list = makeList(shapes, words, (layer, i, from) => card.open(layer, i, from));
  if (list) home.append(list);

  map.on("click", (event) => {
    const asked = shapes.filter((l) => (l.fields?.length || l.names) && map.getLayer(l.code)).map((l) => l.code);
    const reach = 5;
    const { x, y } = event.point;
    const found = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: asked });
    const order = ["stops", "people", "open_space", "neighbourhoods"];
    found.sort((a, b) => order.indexOf(a.layer.id) - order.indexOf(b.layer.id));
    const first = found[0];
    const layer = shapes.find((l) => l.code === first?.layer.id);
    if (first && layer) card.open(layer, Number(first.properties["i"]), map.getCanvas(), event.lngLat);
    else card.close();
  });
  map.once("load", () => {
    const drawing = document.getElementById("drawn");
    if (drawing) drawing.hidden = true;
    home.classList.remove("waiting");
    thinNames(names, named);
    map.on("moveend", () => thinNames(names, named));
    document.documentElement.dataset["map"] = "live";
  });
  onTone(() => {
    for (const layer of layers) {
      if (layer.kind === "picture") (map.getSource(layer.code) as ImageSource).updateImage({ url: layer[tone()] });
      else (map.getSource(layer.code) as GeoJSONSource | undefined)?.setData(features(layer, data.step ?? 1e5));
    }
    const kept = layers.map((l) => ({ ...l, shown: home.querySelector<HTMLInputElement>(`input[name="${l.code}"]`)?.checked ?? l.shown }));
    map.setStyle(style(data, kept));
    home.querySelector(".switch")?.replaceWith(makeSwitch(kept, words, show));
  });
}
