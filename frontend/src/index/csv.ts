// The state as a table for others: every city with rank, interval, scores and coverage, as shown now.
import type { View } from "./view.ts";

/** Quote a text, and keep a spreadsheet from reading it as a formula. */
function cell(value: string | number): string {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function tableOf(view: View): string {
  const { live } = view.tree;
  const head = ["rank", "rank_low", "rank_high", "published_rank", "code", "name", "country", "score", "published_score", "coverage", ...live.groups.slice(0, -1).map(({ code }) => code)];
  const all = [...view.order, ...[...live.units.keys()].filter((i) => !view.index.ranks[i])];
  const rows = all.map((i) => {
    const unit = live.units[i]!;
    const ranks = [view.index.ranks[i] || Number.NaN, view.intervals?.rankLow[i] ?? Number.NaN, view.intervals?.rankHigh[i] ?? Number.NaN, view.published.ranks[i] || Number.NaN];
    const scores = [view.index.total[i]!, view.published.total[i]!, view.index.coverage.at(-1)![i]!, ...view.index.scores.slice(0, -1).map((column) => column[i]!)];
    return [...ranks, unit.code, unit.name, unit.country, ...scores];
  });
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Hand a text over as a file. */
export function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
