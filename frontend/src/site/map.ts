// The maps of the site, by the kind that the page names; without WebGL or data the list beside stays, and a line says so.
import { setWorkerUrl } from "maplibre-gl";
import { hasWebGL } from "../controls.ts";
import type { Words } from "../data.ts";
import { element } from "../dom.ts";
import { startAreas } from "./areas.ts";
import { startCity } from "./city.ts";
import { drawUpright } from "./words.ts";
import { startWorld } from "./world.ts";

if (document.documentElement.dir === "rtl") drawUpright();

const KINDS = { world: startWorld, city: startCity, areas: startAreas };

function fail(home: HTMLElement, text: string | undefined): void {
  home.classList.add("failed");
  home.dataset["state"] = "failed";
  home.replaceChildren(element("p", { class: "note", role: "status" }, text ?? ""));
}

export async function startMap(home: HTMLElement, words: Words): Promise<void> {
  if (!hasWebGL()) return fail(home, words["no_map"]);
  const kind = home.dataset["map"] as keyof typeof KINDS;
  setWorkerUrl(new URL("./map-worker.js", import.meta.url).href);
  try {
    const answer = await fetch(home.dataset["source"] ?? "", { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
    await KINDS[kind](home, words, await answer.json());
  } catch (cause) {
    console.error(cause);
    fail(home, words["map_failed"]);
  }
}
