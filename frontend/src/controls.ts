// What stands on and beside every live map: the map itself, its buttons, its switch with legends.
import { Map as LiveMap, ScaleControl, type StyleSpecification } from "maplibre-gl";
import type { Head, Klass, Words } from "./data.ts";
import { element, icon, swatch } from "./dom.ts";
import { tone } from "./theme.ts";

export type Padding = number | { top: number; bottom: number; left: number; right: number };
export type Bounds = [number, number, number, number];

/** Let the circles of evenly spaced points touch at every zoom. */
export function filling(spacing: number, latitude: number): unknown {
  const pixels = (spacing * 0.62) / (78271.5 * Math.cos((latitude * Math.PI) / 180)); // at zoom 0, tiles of 512 px
  const least = 1.6;
  return ["interpolate", ["exponential", 2], ["zoom"], Math.log2(least / pixels), least, 22, pixels * 2 ** 22];
}

export function hasWebGL(): boolean {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

/** Make a live map, north up, with its scale bar. */
export function makeMap(container: HTMLElement, style: StyleSpecification, bounds: Bounds, label: string, padding: Padding = 20): LiveMap {
  const map = new LiveMap({
    container,
    style,
    bounds,
    fitBoundsOptions: { padding },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 18,
    renderWorldCopies: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  map.getCanvas().setAttribute("aria-label", label);
  return map;
}

export function zoomButtons(map: LiveMap, bounds: Bounds, words: Words, padding: Padding = 20): HTMLElement {
  const button = (path: string, title: string | undefined, act: () => void): HTMLButtonElement => {
    const made = element("button", { type: "button", "aria-label": title, title }, icon(path));
    made.addEventListener("click", act);
    return made;
  };
  return element(
    "div",
    { class: "zoom" },
    button("M2 8h12M8 2v12", words["zoom_in"], () => map.zoomIn()),
    button("M2 8h12", words["zoom_out"], () => map.zoomOut()),
    button("M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", words["whole"], () => map.fitBounds(bounds, { padding })),
  );
}

export function legend(classes: Klass[]): HTMLElement {
  const items = classes.map((k) => element("li", {}, swatch(k.mark, k[tone()]), k.title));
  return element("ul", { class: "legend" }, ...items);
}

/** Make the switch: a box for each layer, its legend under it while it is shown. */
export function makeSwitch<T extends Head>(layers: T[], words: Words, show: (layer: T, on: boolean) => void): HTMLElement {
  const box = element("fieldset", { class: "switch" }, element("legend", {}, words["layers"] ?? ""));
  for (const layer of [...layers].reverse()) {
    const input = element("input", { type: "checkbox", name: layer.code });
    input.checked = layer.shown;
    const below = element("div", {}, ...(layer.classes.length > 1 ? [legend(layer.classes)] : []));
    if (layer.note) below.append(element("p", { class: "note" }, layer.note));
    below.hidden = !layer.shown;
    input.addEventListener("change", () => {
      below.hidden = !input.checked;
      show(layer, input.checked);
    });
    box.append(element("label", {}, input, layer.title), below);
  }
  return box;
}
