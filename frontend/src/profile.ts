// The profile page: everything is in the page already; this adds the live map and the order of tables.
import { words } from "./data.ts";
import { startMap } from "./map.ts";
import { makeSortable } from "./sort.ts";

const labels = words();
for (const table of document.querySelectorAll<HTMLTableElement>("table[data-sortable]")) makeSortable(table, labels);

// Paper shows everything: what is folded on the screen is unfolded while printing.
let opened: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll<HTMLDetailsElement>(".chart details:not([open]), .more:not([open])")];
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
});

startMap(labels);
