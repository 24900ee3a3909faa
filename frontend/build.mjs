// Builds what the Python package inlines into its documents: one script, one style sheet, the fonts.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "ekistics", "publish", "static");
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
      contents: (await readFile(path, "utf8")).replace(/\n\/\/# sourceMappingURL=.*$/m, ""),
      loader: "text",
    }));
  },
};

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

await mkdir(out, { recursive: true });
await Promise.all([
  build({
    absWorkingDir: here,
    entryPoints: { profile: "src/profile.ts" },
    bundle: true,
    format: "iife",
    target: "es2022",
    minify: true,
    legalComments: "inline",
    charset: "utf8",
    outdir: out,
    plugins: [workerAsText],
    logLevel: "warning",
  }),
  build({
    absWorkingDir: here,
    entryPoints: { profile: "src/profile.css" },
    bundle: true,
    minify: true,
    outdir: out,
    logLevel: "warning",
  }),
  fonts(),
]);
