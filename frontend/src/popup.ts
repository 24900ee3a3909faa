// The card that floats on a map, with a pin where it belongs; Escape or its button closes it, and the focus goes back.
import { type LngLatLike, type Map as LiveMap, Marker } from "maplibre-gl";
import type { Words } from "./data.ts";
import { element, icon } from "./dom.ts";

export interface Shown {
  title: string;
  href?: string | undefined;
  parts: Node[];
}

export class Popup {
  private box: HTMLElement | null = null;
  private pin: Marker | null = null;
  private from: HTMLElement | null = null;

  constructor(
    private readonly map: LiveMap,
    private readonly stage: HTMLElement,
    private readonly words: Words,
  ) {
    stage.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.box) {
        event.stopPropagation();
        this.close();
      }
    });
  }

  /** Show a thing at its place; `from` gets the focus back, and `take` brings it here. */
  show(shown: Shown, where: LngLatLike, from: HTMLElement, take: boolean): void {
    this.close();
    this.from = from;
    this.pin = new Marker({ element: element("div", { class: "pin" }) }).setLngLat(where).addTo(this.map);
    const close = element("button", { class: "close", type: "button", "aria-label": this.words["close"] }, icon("M3 3l10 10M13 3L3 13"));
    close.addEventListener("click", () => this.close());
    const name = element("bdi", {}, shown.title);
    const title = shown.href ? element("a", { href: shown.href }, name) : name;
    this.box = element("section", { class: "popup", "aria-label": shown.title }, element("h3", {}, title), close, ...shown.parts);
    this.stage.append(this.box);
    if (take) close.focus();
  }

  close(): void {
    if (!this.box) return;
    const within = this.box.contains(document.activeElement);
    this.box.remove();
    this.pin?.remove();
    this.box = this.pin = null;
    if (within) this.from?.focus();
  }
}

/** Make the rows of a card. */
export function rows(pairs: [string, string][]): HTMLElement {
  return element("dl", {}, ...pairs.map(([title, text]) => element("div", {}, element("dt", {}, title), element("dd", {}, text))));
}
