// Every page of the site loads this: each page works without it, and this makes it quicker to use.
import "./settings.ts";
import "htmx.org";
import { words } from "../data.ts";
import { unfoldForPrint } from "../print.ts";
import { makeSortable } from "../sort.ts";
import { makeCopy } from "./copy.ts";
import { whenNear } from "./lazy.ts";
import { unfoldForLinks } from "./folds.ts";
import { startMenus } from "./menus.ts";
import { makeThemeSwitch } from "../theme.ts";

const labels = words();

/** Do something once for each element of a kind. */
function each<T extends HTMLElement>(part: ParentNode, selector: string, act: (found: T) => void): void {
  for (const found of part.querySelectorAll<T>(selector)) {
    if (found.dataset["ready"] !== undefined) continue;
    found.dataset["ready"] = "";
    act(found);
  }
}

function enhance(part: ParentNode): void {
  each<HTMLElement>(part, "[data-needs-script]", (found) => (found.hidden = false));
  each<HTMLSelectElement>(part, "[data-theme-switch]", makeThemeSwitch);
  each<HTMLTableElement>(part, "table[data-sortable]", (table) => makeSortable(table, labels));
  each<HTMLElement>(part, "[data-copy]", (button) => makeCopy(button, labels));
  each<HTMLElement>(part, "[data-map]", (stage) =>
    whenNear(stage, async () => (await import("./map.ts")).startMap(stage, labels)),
  );
  each<HTMLElement>(part, "[data-index]", (index) =>
    whenNear(index, async () => (await import("../index/page.ts")).startIndex(index)),
  );
  each<HTMLElement>(part, "[data-chart]", (plot) =>
    whenNear(plot, async () => (await import("./chart.ts")).startChart(plot, labels)),
  );
}

// A filter takes effect when it is chosen; its button stays for those who type.
document.addEventListener("change", (event) => {
  const field = event.target;
  const form = field instanceof Element ? field.closest<HTMLFormElement>("form[data-auto]") : null;
  if (form && (field instanceof HTMLSelectElement || (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)))) {
    form.requestSubmit();
  }
});
startMenus();
unfoldForPrint("details:not(.menu)");
unfoldForLinks();
enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
document.querySelector<HTMLElement>(".errors")?.focus();
document.documentElement.dataset["script"] = "ready";
