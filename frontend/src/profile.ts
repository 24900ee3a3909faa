// The profile page: everything is in the page already; this adds the live map and the order of tables.
import { words } from "./data.ts";
import { startMap } from "./map.ts";
import { unfoldForPrint } from "./print.ts";
import { makeSortable } from "./sort.ts";

const labels = words();
for (const table of document.querySelectorAll<HTMLTableElement>("table[data-sortable]")) makeSortable(table, labels);
unfoldForPrint(".chart details, .more");
startMap(labels);
