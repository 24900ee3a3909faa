// The ground of the world map: land, borders and where to write names, from Natural Earth by way of world-atlas.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { feature, merge, mesh } from "topojson-client";

const require = createRequire(import.meta.url);
const STEP = 100; // hundredths of a degree: about a kilometre

// Lines that the source draws like any border and that the United Nations does not: drawn dashed.
const DISPUTED = [
  // General Assembly resolution 68/262: Crimea. In the source it is the only border of these two south of 46.3 degrees.
  { pair: "643,804", south: 46.3 },
  // Western Sahara is on the United Nations list of Non-Self-Governing Territories.
  { pair: "504,732" },
  { pair: "012,732" },
  { pair: "478,732" },
];

// The source runs across the 180th meridian and round the pole; a flat map needs its shapes cut there.
const FLAT = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).reflectY(true).precision(0);
const flat = (geometry) => geoProject(geometry, FLAT);

const short = (value) => Math.round(value * STEP) / STEP;

/** Round positions and drop those that fall on the one before. */
function rounded(line) {
  const kept = [];
  for (const [x, y] of line) {
    const last = kept.at(-1);
    const point = [short(x), short(y)];
    if (!last || last[0] !== point[0] || last[1] !== point[1]) kept.push(point);
  }
  return kept;
}

const rings = (polygons) => polygons.map((polygon) => polygon.map(rounded).filter((ring) => ring.length > 3)).filter((p) => p.length);
const lines = (many) => many.map(rounded).filter((line) => line.length > 1);
const collection = (features) => ({ type: "FeatureCollection", features });
const one = (part, geometry) => ({ type: "Feature", properties: { part }, geometry });

function named(pair) {
  return DISPUTED.find((line) => line.pair === pair);
}

function disputed(a, b) {
  return !a.id || !b.id || Boolean(named(pairOf(a, b)));
}

const pairOf = (a, b) => [a.id, b.id].sort().join();

/** Split the lines of two countries into those that are disputed and those that are not. */
function borders(topology) {
  const { countries } = topology.objects;
  const plain = mesh(topology, countries, (a, b) => a !== b && !disputed(a, b)).coordinates;
  const dashed = mesh(topology, countries, (a, b) => a !== b && disputed(a, b) && !named(pairOf(a, b))?.south).coordinates;
  for (const { pair, south } of DISPUTED.filter((line) => line.south)) {
    const shared = mesh(topology, countries, (a, b) => a !== b && pairOf(a, b) === pair).coordinates;
    for (const line of shared) (line.every(([, y]) => y < south) ? dashed : plain).push(line);
  }
  return { plain: lines(plain), dashed: lines(dashed) };
}

function area(ring) {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  return sum / 2;
}

function middle(ring) {
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const turn = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
    x += (ring[i][0] + ring[i + 1][0]) * turn;
    y += (ring[i][1] + ring[i + 1][1]) * turn;
  }
  const six = 6 * area(ring);
  return [short(x / six), short(y / six)];
}

/** Give where each country's name stands: the middle of its largest part; `size` is its share of the globe's degrees. */
function places(topology) {
  const found = feature(topology, topology.objects.countries).features.filter((country) => country.id && country.geometry);
  return found.map(({ id, geometry: round }) => {
    const geometry = flat(round);
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const outer = parts.map((part) => part[0]).sort((a, b) => Math.abs(area(b)) - Math.abs(area(a)))[0];
    const region = new Intl.Locale(`und-${id}`).region;
    return { type: "Feature", properties: { m49: id, region, size: Math.round(Math.abs(area(outer)) * 10) / 10 }, geometry: { type: "Point", coordinates: middle(outer) } };
  });
}

async function detail(name, to) {
  const topology = JSON.parse(await readFile(require.resolve(`world-atlas/countries-${name}.json`), "utf8"));
  const { plain, dashed } = borders(topology);
  const land = flat(merge(topology, topology.objects.countries.geometries));
  const parts = [
    one("land", { type: "MultiPolygon", coordinates: rings(land.coordinates) }),
    one("border", { type: "MultiLineString", coordinates: plain }),
    one("disputed", { type: "MultiLineString", coordinates: dashed }),
  ];
  await writeFile(to, JSON.stringify(collection(parts)));
  return topology;
}

/** Write the ground in two degrees of detail, and the places of names. */
export async function world(folder) {
  await detail("110m", join(folder, "world-110.json"));
  const fine = await detail("50m", join(folder, "world-50.json"));
  await writeFile(join(folder, "world-names.json"), JSON.stringify(collection(places(fine))));
}
