// Forms with fixed goalposts: a raw value and its benchmarks give a score from 0 to 100.
import type { Form } from "./model.ts";
import { Refused } from "./refused.ts";

type Share = (x: number) => number;

function ranged(form: Form, code: string): Share {
  const low = form.low ?? Number.NaN;
  const high = form.high ?? Number.NaN;
  if (form.kind === "linear") return (x) => (x - low) / (high - low);
  if (form.kind === "log") {
    const [a, b] = [Math.log(low), Math.log(high)];
    return (x) => {
      if (x <= 0) throw new Refused("no_log", code);
      return (Math.log(x) - a) / (b - a);
    };
  }
  const power = 1 / (form.k ?? 2);
  const [a, b] = form.rooted ? [low, high] : [low ** power, high ** power];
  return (x) => {
    if (x < 0) throw new Refused("no_root", code);
    return (x ** power - a) / (b - a);
  };
}

function aimed(form: Form): Share {
  const target = form.target ?? Number.NaN;
  const near: Share = (x) => 1 - Math.abs(x - target) / target;
  if (form.kind === "target") return near;
  return form.side === "above" ? (x) => (x >= target ? 1 : near(x)) : (x) => (x <= target ? 1 : near(x));
}

function shareOf(form: Form, code: string): Share {
  switch (form.kind) {
    case "linear":
    case "log":
    case "root":
      return ranged(form, code);
    case "target":
    case "one-sided":
      return aimed(form);
    case "direct":
      return (x) => x / 100;
    case "checklist": {
      const points = form.points ?? Number.NaN;
      return (x) => {
        if (x < 0 || x > points) throw new Refused("points", code);
        return x / points;
      };
    }
    default:
      throw new Refused("method", code);
  }
}

/** Score a column of raw values; missing stays missing. */
export function scored(form: Form, column: Float64Array, code: string): Float64Array {
  const share = shareOf(form, code);
  return column.map((x) => {
    if (Number.isNaN(x)) return x;
    const reached = form.inverse ? 1 - share(x) : share(x);
    return Math.min(Math.max(100 * reached, 0), 100);
  });
}
