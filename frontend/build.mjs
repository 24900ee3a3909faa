// Builds what the Python package carries: the script, style and fonts that go inside its documents, and the files of its site.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { siteFonts } from "./fonts.mjs";
import { world } from "./world.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "ekistics", "publish", "static");
const finished = join(here, "..", "src", "ekistics", "web", "static", "site");
const require = createRequire(import.meta.url);

// The worker of MapLibre travels as text inside the script and is started from a blob: nothing is fetched.
const workerAsText = {
  name: "worker-as-text",
  setup(bundler) {
    bundler.onResolve({ filter: /^worker-text:/ }, ({ path }) => ({
      path: require.resolve(path.slice("worker-text:".length)),
      namespace: "worker-text",
    }));
    bundler.onLoad({ filter: /.*/, namespace: "worker-text" }, async ({ path }) => ({
      contents: withoutMap(await readFile(path, "utf8")),
      loader: "text",
    }));
  },
};

// Night is written once, as @night { … }: for a system set to dark, and for a reader who chose dark.
const night = {
  name: "night",
  setup(bundler) {
    bundler.onLoad({ filter: /tokens\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(
        /@night \{([^}]*)\}/,
        `@media screen and (prefers-color-scheme: dark) { :root:not([data-theme="light"]) {$1} }
         @media screen { :root[data-theme="dark"] { color-scheme: dark; $1} :root[data-theme="light"] { color-scheme: light; } }`,
      ),
      loader: "css",
    }));
  },
};

const withoutMap = (text) => text.replace(/\n\/\/# sourceMappingURL=.*$/m, "");

const FONTS = [
  { module: "@fontsource/noto-sans", stem: "noto-sans", family: "Noto Sans" },
  { module: "@fontsource/noto-sans-arabic", stem: "noto-sans-arabic", family: "Noto Sans Arabic", only: ["arabic"] },
];
const WEIGHTS = [400, 600];

/** Copy the fonts' subsets and list which characters each one covers. */
async function fonts() {
  const folder = join(out, "fonts");
  await mkdir(folder, { recursive: true });
  const list = [];
  for (const { module, stem, family, only } of FONTS) {
    const root = dirname(require.resolve(`${module}/package.json`));
    const ranges = JSON.parse(await readFile(join(root, "unicode.json"), "utf8"));
    for (const [subset, range] of Object.entries(ranges)) {
      if (only && !only.includes(subset)) continue;
      for (const weight of WEIGHTS) {
        const file = `${stem}-${subset}-${weight}-normal.woff2`;
        await copyFile(join(root, "files", file), join(folder, file));
        list.push({ file, family, subset, weight, range });
      }
    }
    await copyFile(join(root, "LICENSE"), join(folder, `${stem}-LICENSE.txt`));
  }
  await writeFile(join(folder, "fonts.json"), JSON.stringify(list, null, 1) + "\n");
}

const common = { absWorkingDir: here, bundle: true, target: "es2022", minify: true, charset: "utf8", logLevel: "warning" };
const style = { absWorkingDir: here, bundle: true, minify: true, plugins: [night], logLevel: "warning" };

/** Build the page of an index that stands alone. */
async function indexPage() {
  await Promise.all([
    build({ ...common, entryPoints: { index: "src/index/index.ts" }, format: "iife", outdir: out }),
    build({ ...style, entryPoints: { index: "src/index/alone.css" }, outdir: out }),
  ]);
}

/** Build the site: a small script for every page, which fetches those of maps and charts when they are near. */
async function siteFiles() {
  const site = `${finished}.${process.pid}`; // a site that runs keeps its files until the new ones are whole
  await mkdir(site, { recursive: true });
  const worker = require.resolve("maplibre-gl/dist/maplibre-gl-worker.mjs");
  const text = await siteFonts(join(site, "fonts"));
  await Promise.all([
    build({
      ...common,
      entryPoints: { site: "src/site/site.ts" },
      format: "esm",
      splitting: true,
      chunkNames: "part-[name]-[hash]",
      legalComments: "external",
      outdir: site,
    }),
    build({ ...common, entryPoints: { early: "src/site/early.ts" }, format: "iife", outdir: site }),
    build({
      ...style,
      stdin: { contents: `@import "./src/site/site.css";${text.page}`, resolveDir: here, loader: "css" },
      external: ["./fonts/*"],
      outfile: join(site, "site.css"),
    }),
    build({ ...style, stdin: { contents: text.chinese, resolveDir: here, loader: "css" }, external: ["./fonts/*"], outfile: join(site, "fonts-zh.css") }),
    readFile(worker, "utf8").then((code) => writeFile(join(site, "map-worker.js"), withoutMap(code))),
    world(site),
    writeFile(join(site, "icon.svg"), ICON),
  ]);
  await compress(site);
  await rm(finished, { recursive: true, force: true });
  await rename(site, finished);
}

// Three streets and a square: the site's sign in the browser's tab.
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#006d77"/><path d="M10 4v24M4 20h24M20 4l-10 16" stroke="#fff" stroke-width="3"/><rect x="17" y="11" width="8" height="6" fill="#f7dd83"/></svg>\n`;

/** Lay compressed copies beside the texts: the server sends these as they are. */
async function compress(folder) {
  const texts = (await readdir(folder)).filter((name) => /\.(css|js|json|svg)$/.test(name));
  for (const name of texts) {
    const text = await readFile(join(folder, name));
    await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(text, { level: 9 }));
    await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(text));
  }
}

/** Build the script and style of the profile. */
async function profilePage() {
  await Promise.all([
    build({
      ...common,
      entryPoints: { profile: "src/profile.ts" },
      format: "iife",
      legalComments: "inline",
      outdir: out,
      plugins: [workerAsText],
    }),
    build({ ...style, entryPoints: { profile: "src/profile.css" }, outdir: out }),
  ]);
}

// All parts, or those that are named: node build.mjs index site
const PARTS = { profile: profilePage, index: indexPage, fonts, site: siteFiles };
const asked = process.argv.slice(2);
await mkdir(out, { recursive: true });
await Promise.all(Object.entries(PARTS).filter(([name]) => !asked.length || asked.includes(name)).map(([, make]) => make()));
