// Day or night: the system's setting, or the reader's own choice; maps and charts are told when it changes.
const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;
const changed = new EventTarget();

export type Tone = "day" | "night";

export function tone(): Tone {
  const chosen = root.dataset["theme"];
  return chosen === "dark" || (chosen !== "light" && system.matches) ? "night" : "day";
}

/** Give the value of a token of the look, e.g. `--ink`, as it is now. */
export const token = (name: string): string => getComputedStyle(root).getPropertyValue(name).trim();

export function onTone(act: () => void): void {
  changed.addEventListener("tone", act);
}

const tell = (): boolean => changed.dispatchEvent(new Event("tone"));
system.addEventListener("change", tell);

/** Let a select choose between "", "light" and "dark". */
export function makeThemeSwitch(choice: HTMLSelectElement): void {
  choice.value = root.dataset["theme"] ?? "";
  choice.addEventListener("change", () => {
    if (choice.value) root.dataset["theme"] = choice.value;
    else delete root.dataset["theme"];
    try {
      if (choice.value) localStorage.setItem("theme", choice.value);
      else localStorage.removeItem("theme");
    } catch {
      // The choice holds for this page only.
    }
    tell();
  });
}
