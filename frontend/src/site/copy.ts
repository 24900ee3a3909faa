// Buttons that copy a link or a text; what happened is said beside the button.
import type { Words } from "../data.ts";
import { element } from "../dom.ts";

export function makeCopy(button: HTMLElement, words: Words): void {
  const said = element("span", { class: "copied", role: "status" });
  button.after(" ", said);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset["copy"] || location.href);
      said.textContent = words["copied"] ?? "";
    } catch {
      said.textContent = words["not_copied"] ?? "";
    }
  });
}
