// Numbers and sentences of the page, in its language and direction.
import { fill, type Words } from "../data.ts";

const language = document.documentElement.lang || "en";
const turned = document.documentElement.dir === "rtl";
const locale = `${language}-u-nu-latn`; // the digits of all other pages
const FORMATS = {
  whole: new Intl.NumberFormat(locale),
  score: new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  points: new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" }),
  value: new Intl.NumberFormat(locale, { maximumSignificantDigits: 5 }),
};

/** Keep a number from being turned round among words that run from right to left. */
export const upright = (text: string): string => (turned ? `\u2066${text}\u2069` : text);

/** Keep a name of a place or part whole among words of the other direction. */
export const named = (text: string): string => (turned ? `\u2068${text}\u2069` : text);

export const whole = (value: number): string => upright(FORMATS.whole.format(value));
export const score = (value: number): string => upright(FORMATS.score.format(value));
export const points = (value: number): string => upright(FORMATS.points.format(value).replace("-", "\u2212"));
export const percent = (value: number): string => upright(`${FORMATS.score.format(value)}\u00a0%`);
export const valueText = (value: number): string => upright(FORMATS.value.format(value).replace("-", "\u2212"));
export const span = (low: number, high: number, write: (value: number) => string): string =>
  write(low) === write(high) ? write(low) : upright(`${write(low)}\u2013${write(high)}`);

export const collator = new Intl.Collator(language);

export class Speaker {
  constructor(private readonly words: Words) {}

  say(name: string, parts: Record<string, string | number> = {}): string {
    return fill(this.words[name] ?? name, parts);
  }
}
