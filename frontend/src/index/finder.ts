// Find a city by its name or code: what fits is a list of buttons below the field.
import { element } from "../dom.ts";
import type { Unit } from "./model.ts";
import { type Speaker, whole } from "./text.ts";

const MOST = 8;
const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

export function makeFinder(place: HTMLElement, units: Unit[], countries: Record<string, string>, speaker: Speaker, choose: (city: number) => void): void {
  const keys = units.map(({ code, name }) => `${folded(name)} ${folded(code)}`);
  const field = element("input", { type: "search", autocomplete: "off", id: "find-city" });
  const list = element("ul", { class: "found" });
  const said = element("p", { class: "sr", role: "status" });
  const take = (city: number): void => {
    field.value = "";
    list.replaceChildren();
    said.textContent = "";
    choose(city);
    field.focus();
  };
  const hits = (): number[] => {
    const wanted = folded(field.value.trim());
    return wanted ? [...keys.keys()].filter((i) => keys[i]!.includes(wanted)) : [];
  };
  field.addEventListener("input", () => {
    const found = hits();
    list.replaceChildren(
      ...found.slice(0, MOST).map((i) => {
        const button = element("button", { type: "button" }, units[i]!.name, element("span", { class: "note" }, ` ${countries[units[i]!.country] ?? units[i]!.country}`));
        button.addEventListener("click", () => take(i));
        return element("li", {}, button);
      }),
    );
    said.textContent = field.value.trim() ? speaker.say("found", { shown: whole(Math.min(found.length, MOST)), count: whole(found.length) }) : "";
  });
  field.addEventListener("keydown", (event) => {
    const first = hits()[0];
    if (event.key === "Enter" && first !== undefined) take(first);
    if (event.key === "Escape") list.replaceChildren();
  });
  place.append(element("label", { for: "find-city" }, speaker.say("find")), field, list, said);
}
