// The fonts of the site: pieces small enough that a page fetches only the letters it shows.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import subset from "subset-font";

const require = createRequire(import.meta.url);
const WEIGHTS = [400, 600];
const LATIN = { module: "@fontsource/noto-sans", stem: "noto-sans", family: "Noto Sans" };
const ARABIC = { module: "@fontsource/noto-sans-arabic", stem: "noto-sans-arabic", family: "Noto Sans Arabic" };
const CHINESE = { module: "@fontsource/noto-sans-sc", stem: "noto-sans-sc", family: "Noto Sans SC" };

// The letters that most pages need are cut out of large pieces.
const CUTS = [
  { ...LATIN, from: "latin-ext", as: "latin-a", range: "U+0100-017F,U+0218-021B,U+1E9E,U+2020,U+20AC" },
  { ...ARABIC, from: "arabic", as: "letters", range: "U+060C,U+061B-061C,U+061F,U+0621-063A,U+0640-0655,U+0660-066D,U+0670-0671,U+067E,U+0686,U+0698,U+06A9,U+06AF,U+06CC,U+200C-200F" },
  // Chinese writes its own name in the list of languages of every page.
  { ...CHINESE, from: "chinese-simplified", as: "name", range: "U+4E2D,U+6587", weights: [400] },
];

const root = ({ module }) => dirname(require.resolve(`${module}/package.json`));

const face = (family, weight, file, range) =>
  `@font-face{font-family:"${family}";font-style:normal;font-weight:${weight};font-display:swap;src:url("./fonts/${file}") format("woff2");unicode-range:${range}}\n`;

/** Copy every piece of a family and write its rules. */
async function pieces(font, folder, wanted, weights = WEIGHTS) {
  const ranges = JSON.parse(await readFile(join(root(font), "unicode.json"), "utf8"));
  const rules = [];
  for (const [key, range] of Object.entries(ranges)) {
    const piece = key.replace(/[[\]]/g, "");
    if (!wanted(piece)) continue;
    const cuts = CUTS.filter((one) => one.stem === font.stem && one.from === piece).map((one) => one.range);
    for (const weight of weights) {
      const file = `${font.stem}-${piece}-${weight}-normal.woff2`;
      await copyFile(join(root(font), "files", file), join(folder, file));
      rules.push(face(font.family, weight, file, cuts.length ? without(range, cuts) : range));
    }
  }
  await copyFile(join(root(font), "LICENSE"), join(folder, `${font.stem}-LICENSE.txt`));
  return rules;
}

/** List the numbers of the characters of a range such as "U+20-7E,U+A0". */
function points(range) {
  return range.split(",").flatMap((part) => {
    const [first, last = first] = part.slice(2).split("-");
    const start = parseInt(first, 16);
    return Array.from({ length: parseInt(last, 16) - start + 1 }, (_, i) => start + i);
  });
}

const hex = (point) => point.toString(16).toUpperCase();

/** Take the characters of some ranges out of a range: where two rules cover a letter, browsers may fetch both files. */
function without(range, taken) {
  const gone = new Set(taken.flatMap(points));
  const runs = [];
  for (const point of points(range).filter((p) => !gone.has(p)).sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && run[1] === point - 1) run[1] = point;
    else runs.push([point, point]);
  }
  return runs.map(([first, last]) => `U+${hex(first)}${last > first ? `-${hex(last)}` : ""}`).join(",");
}

/** Cut a smaller piece out of a piece. */
async function cut(font, folder) {
  const rules = [];
  for (const weight of font.weights ?? WEIGHTS) {
    const whole = await readFile(join(root(font), "files", `${font.stem}-${font.from}-${weight}-normal.woff2`));
    const file = `${font.stem}-${font.as}-${weight}-normal.woff2`;
    await writeFile(join(folder, file), await subset(whole, String.fromCodePoint(...points(font.range)), { targetFormat: "woff2" }));
    rules.push(face(font.family, weight, file, font.range));
  }
  return rules;
}

// Chinese has one weight: its rules alone are as large as the rest of the style, and a system's own font comes first.
/** Put the fonts into a folder; give the rules for every page, and those that only Chinese pages need. */
export async function siteFonts(folder) {
  await mkdir(folder, { recursive: true });
  const page = [...(await pieces(LATIN, folder, () => true)), ...(await pieces(ARABIC, folder, (piece) => piece === "arabic"))];
  for (const font of CUTS) page.push(...(await cut(font, folder)));
  const chinese = await pieces(CHINESE, folder, (piece) => /^\d+$/.test(piece), [400]);
  return { page: page.join(""), chinese: chinese.join("") };
}
