// What cannot be computed is refused with a reason: the page says it, and keeps what it showed.

export type Reason = "constant" | "not_positive" | "mean_not_positive" | "no_log" | "no_root" | "points" | "target" | "ratio" | "no_form" | "no_weight" | "method";

export class Refused extends Error {
  constructor(
    readonly reason: Reason,
    readonly code: string,
  ) {
    super(`${reason}: ${code}`);
  }
}
