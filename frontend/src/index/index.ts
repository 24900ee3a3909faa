// The page of an index that stands alone: everything is in it.
import { startIndex } from "./page.ts";

for (const root of document.querySelectorAll<HTMLElement>("[data-index]")) startIndex(root);
