// Tables whose rows readers may reorder: a button in each head, absent values always last.
import { fill, type Words } from "./data.ts";

type Key = { absent: boolean; number: number; text: string };

function key(row: HTMLTableRowElement, column: number): Key {
  const cell = row.cells[column];
  const given = cell?.dataset["sort"];
  return {
    absent: cell?.classList.contains("absent") ?? true,
    number: given === undefined ? Number.NaN : Number(given),
    text: cell?.textContent?.trim() ?? "",
  };
}

function compare(a: Key, b: Key, turn: number): number {
  if (a.absent !== b.absent) return a.absent ? 1 : -1;
  const both = !Number.isNaN(a.number) && !Number.isNaN(b.number);
  return turn * (both ? a.number - b.number : a.text.localeCompare(b.text, document.documentElement.lang));
}

export function makeSortable(table: HTMLTableElement, words: Words): void {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const said = document.createElement("p");
  said.className = "sr";
  said.setAttribute("role", "status");
  table.closest(".scroller")?.after(said);
  heads.forEach((head, column) => {
    const title = head.textContent?.trim() ?? "";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.title = fill(words["sort"], { column: title });
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") === "descending" || !head.hasAttribute("aria-sort");
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      for (const body of table.tBodies) {
        const rows = [...body.rows].map((row) => ({ row, key: key(row, column) }));
        rows.sort((a, b) => compare(a.key, b.key, up ? 1 : -1));
        body.append(...rows.map(({ row }) => row));
      }
      said.textContent = fill(words[up ? "sorted_up" : "sorted_down"], { column: title });
    });
  });
}
