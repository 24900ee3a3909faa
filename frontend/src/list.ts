// The list of what is on the map: for keyboards, screen readers and search.
import { fill, type ShapeLayer, type Words } from "./data.ts";
import { element } from "./dom.ts";

const MOST = 60;

export function makeList(
  layers: ShapeLayer[],
  words: Words,
  open: (layer: ShapeLayer, i: number, from: HTMLElement) => void,
): HTMLElement | null {
  const listed = layers.filter((layer) => layer.listed && layer.names?.length).reverse();
  if (!listed.length) return null;
  const choice = element("select", {}, ...listed.map((l) => element("option", { value: l.code }, l.title)));
  const search = element("input", { type: "search", autocomplete: "off" });
  const found = element("p", { class: "note", role: "status" });
  const things = element("ul", {});
  const draw = (): void => {
    const layer = listed.find((l) => l.code === choice.value) ?? listed[0];
    if (!layer?.names) return;
    const wanted = search.value.trim().toLocaleLowerCase();
    const hits = layer.names
      .map((name, i) => ({ name, i }))
      .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
      .sort((a, b) => a.name.localeCompare(b.name, document.documentElement.lang));
    const items = hits.slice(0, MOST).map(({ name, i }) => {
      const button = element("button", { type: "button" }, name);
      button.addEventListener("click", () => open(layer, i, button));
      return element("li", {}, button);
    });
    things.replaceChildren(...items);
    found.textContent = fill(words["found"], { shown: items.length, count: layer.names.length });
  };
  choice.addEventListener("change", draw);
  search.addEventListener("input", draw);
  draw();
  const picker = element(
    "div",
    { class: "picker" },
    element("label", {}, words["layers"] ?? "", choice),
    element("label", {}, words["filter"] ?? "", search),
  );
  return element("details", { class: "things" }, element("summary", {}, words["list"] ?? ""), picker, found, things);
}
