// The card of one thing on the profile's map: the same whether it was clicked or chosen from the list.
import type { LngLatLike, Map as LiveMap } from "maplibre-gl";
import type { ShapeLayer, Words } from "./data.ts";
import { features, shown } from "./data.ts";
import { element } from "./dom.ts";
import { Popup, rows } from "./popup.ts";

export class Card {
  private readonly popup: Popup;

  constructor(
    private readonly map: LiveMap,
    stage: HTMLElement,
    words: Words,
    private readonly step: number,
  ) {
    this.popup = new Popup(map, stage, words);
  }

  /** Show the thing at position `i` of a layer; a choice from the list moves the map there and the focus here. */
  open(layer: ShapeLayer, i: number, from: HTMLElement, at?: LngLatLike): void {
    const where = at ?? this.middle(layer, i);
    if (!at) this.map.flyTo({ center: where, zoom: Math.max(this.map.getZoom(), layer.kind === "point" ? 14.5 : 12) });
    const kind = layer.names ? layer.title : "";
    const klass = layer.classes.length > 1 ? (layer.classes[layer.index[i] ?? 0]?.title ?? "") : "";
    const parts = [
      element("p", { class: "sort" }, [kind, klass].filter(Boolean).join(", ")),
      rows((layer.fields ?? []).map((field) => [field.title, shown(field, i)])),
    ];
    this.popup.show({ title: layer.names?.[i] ?? layer.title, parts }, where, from, !at);
  }

  close(): void {
    this.popup.close();
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
