// What every map of the site does: its place in the page, its line of sources, its list, day and night.
import type { Map as LiveMap, StyleSpecification } from "maplibre-gl";
import { type Bounds, makeMap, type Padding, zoomButtons } from "../controls.ts";
import type { Words } from "../data.ts";
import { element, icon } from "../dom.ts";
import { Popup } from "../popup.ts";
import { onTone } from "../theme.ts";
import { addHatch } from "./hatch.ts";

export interface Stage {
  home: HTMLElement;
  figure: HTMLElement;
  words: Words;
  map: LiveMap;
  popup: Popup;
}

/** Put a live map into its place; `style` is asked again when day turns to night. */
export function makeStage(home: HTMLElement, words: Words, style: () => StyleSpecification, bounds: Bounds, label: string, credit: string, padding: Padding = 20): Stage {
  const canvas = element("div");
  home.replaceChildren(canvas);
  const figure = home.closest("figure") ?? home;
  // Where the page says the disclaimer under the map already, it is not said twice.
  const says = [figure.querySelector(".credit") ? "" : words["disclaimer"], credit].filter(Boolean).join(" ");
  const map = makeMap(canvas, style(), bounds, label, padding);
  home.append(zoomButtons(map, bounds, words, padding));
  if (says) home.append(element("p", { class: "says" }, says));
  map.on("style.load", () => addHatch(map));
  onTone(() => map.setStyle(style(), { diff: false }));
  map.once("load", () => (home.dataset["state"] = "live"));
  return { home, figure, words, map, popup: new Popup(map, home, words) };
}

/** Give each entry of the list beside a button that shows its thing on the map. */
export function linkList(stage: Stage, show: (id: string, from: HTMLElement) => void, has: (id: string) => boolean): void {
  for (const entry of stage.figure.querySelectorAll<HTMLElement>(".beside [data-id]")) {
    const id = entry.dataset["id"] ?? "";
    if (!has(id)) continue;
    const title = `${stage.words["show_on_map"] ?? ""}: ${entry.firstChild?.textContent?.trim() ?? ""}`;
    const button = element("button", { type: "button", class: "locate", "aria-label": title, title }, icon("M8 14C5 10 3.5 8.2 3.5 6a4.5 4.5 0 0 1 9 0c0 2.2-1.5 4-4.5 8zM8 5v2"));
    button.addEventListener("click", () => show(id, button));
    entry.after(button);
  }
}
