// Years on a map: a slider with its years written under it, and two buttons for those who do not drag.
import type { Words } from "../data.ts";
import { element, icon } from "../dom.ts";

export function makeTimes(title: string, periods: string[], words: Words, turn: (i: number) => void): HTMLElement {
  const last = periods.length - 1;
  const slide = element("input", { type: "range", min: "0", max: String(last), step: "1", value: String(last), "aria-label": `${words["period"] ?? ""}: ${title}` });
  const said = element("output", {});
  const button = (word: string, path: string, step: number): HTMLButtonElement => {
    const made = element("button", { type: "button", class: "button small", "aria-label": words[word], title: words[word] }, icon(path));
    made.addEventListener("click", () => {
      slide.value = String(Number(slide.value) + step);
      draw();
    });
    return made;
  };
  const earlier = button("earlier", "M10 3L5 8l5 5", -1);
  const later = button("later", "M6 3l5 5-5 5", 1);
  const draw = (): void => {
    const i = Number(slide.value);
    said.textContent = periods[i] ?? "";
    slide.setAttribute("aria-valuetext", periods[i] ?? "");
    earlier.disabled = i <= 0;
    later.disabled = i >= last;
    turn(i);
  };
  slide.addEventListener("input", draw);
  draw();
  const ticks = element("span", { class: "ticks", "aria-hidden": "true" }, ...periods.map((period) => element("span", {}, period)));
  return element("div", { class: "times" }, element("span", { class: "of" }, title), earlier, element("div", { class: "slide" }, slide, ticks), later, said);
}
