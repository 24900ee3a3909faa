// The card of one thing on the map: the same whether it was clicked or chosen from the list.
import { type LngLatLike, type Map as LiveMap, Marker } from "maplibre-gl";
import type { ShapeLayer, Words } from "./data.ts";
import { features, shown } from "./data.ts";
import { element, icon } from "./dom.ts";

export class Card {
  private box: HTMLElement | null = null;
  private pin: Marker | null = null;
  private from: HTMLElement | null = null;

  constructor(
    private readonly map: LiveMap,
    private readonly stage: HTMLElement,
    private readonly words: Words,
    private readonly step: number,
  ) {
    stage.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.box) {
        event.stopPropagation();
        this.close();
      }
    });
  }

  /** Show the thing at position `i` of a layer; a choice from the list moves the map there and the focus here. */
  open(layer: ShapeLayer, i: number, from: HTMLElement, at?: LngLatLike): void {
    this.close();
    this.from = from;
    const where = at ?? this.middle(layer, i);
    if (!at) this.map.flyTo({ center: where, zoom: Math.max(this.map.getZoom(), layer.kind === "point" ? 14.5 : 12) });
    this.pin = new Marker({ element: element("div", { class: "pin" }) }).setLngLat(where).addTo(this.map);
    const title = layer.names?.[i] ?? layer.title;
    const kind = layer.names ? layer.title : "";
    const klass = layer.classes.length > 1 ? (layer.classes[layer.index[i] ?? 0]?.title ?? "") : "";
    const rows = (layer.fields ?? []).map((field) =>
      element("div", {}, element("dt", {}, field.title), element("dd", {}, shown(field, i))),
    );
    const close = element("button", { class: "close", type: "button", "aria-label": this.words["close"] }, icon("M3 3l10 10M13 3L3 13"));
    close.addEventListener("click", () => this.close());
    this.box = element(
      "section",
      { class: "popup", "aria-label": title },
      element("h3", {}, title),
      close,
      element("p", { class: "sort" }, [kind, klass].filter(Boolean).join(", ")),
      element("dl", {}, ...rows),
    );
    this.stage.append(this.box);
    if (!at) close.focus();
  }

  close(): void {
    if (!this.box) return;
    const within = this.box.contains(document.activeElement);
    this.box.remove();
    this.pin?.remove();
    this.box = this.pin = null;
    if (within) this.from?.focus();
  }

  private middle(layer: ShapeLayer, i: number): [number, number] {
    const geometry = features(layer, this.step).features[i]?.geometry;
    if (geometry?.type === "Point") return [geometry.coordinates[0] ?? 0, geometry.coordinates[1] ?? 0];
    const ring = geometry?.type === "MultiPolygon" ? (geometry.coordinates[0]?.[0] ?? []) : [];
    const xs = ring.map((p) => p[0] ?? 0);
    const ys = ring.map((p) => p[1] ?? 0);
    return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
  }
}
