"""The page computes what the kernel computes: made indices through both, missing values and all methods, to 1e-9."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ekistics.composite import Data, Group, Item, Scenario, Structure, build
from ekistics.core.errors import EkisticsError
from ekistics.jobs.index import build_index
from tests.publish import indices

ROOT = Path(__file__).resolve().parents[2]
NEAR = 1e-9
STANDARDISE = ("goalposts", "min-max", "z-score", "percentile-rank", "borda", "distance-to-maximum",
               "distance-to-target")
MEANS = ("arithmetic", "geometric", "harmonic", "mpi", "copeland")
FORMS = ({"kind": "linear", "low": 10, "high": 80}, {"kind": "linear", "low": 10, "high": 80, "inverse": True},
         {"kind": "log", "low": 2, "high": 90}, {"kind": "root", "low": 1, "high": 80, "k": 3},
         {"kind": "root", "low": 1, "high": 3, "k": 4, "rooted": True, "inverse": True},
         {"kind": "target", "target": 40}, {"kind": "one-sided", "target": 40, "side": "above"},
         {"kind": "one-sided", "target": 40, "side": "below"}, {"kind": "direct"}, {"kind": "direct", "inverse": True},
         {"kind": "checklist", "points": 100})

RUNNER = """
import { Builder } from "./build.ts";
import { Refused } from "./refused.ts";
import { completed } from "./model.ts";
export const run = (lives) => lives.map((live) => {
  try {
    const made = new Builder(live).build(completed(live.scenario));
    const plain = (columns) => columns.map((column) => [...column].map((x) => (Number.isNaN(x) ? null : x)));
    const { scores, coverage, standard, ranks } = made;
    return { scores: plain(scores), coverage: plain(coverage), standard: plain(standard), ranks: [...ranks] };
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    return { refused: cause.reason };
  }
});
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Give the function that runs indices through the page's kernel, in one Node."""
    folder = tmp_path_factory.mktemp("kernel")
    if shutil.which("node") is None or not (ROOT / "frontend/node_modules/.ready").exists():
        pytest.skip("Node or the frontend's packages are absent")
    build_it = ("import { build } from './node_modules/esbuild/lib/main.js';"
                f"await build({{ stdin: {{ contents: {json.dumps(RUNNER)}, resolveDir: 'src/index', loader: 'js' }},"
                f" bundle: true, format: 'esm', outfile: {json.dumps(str(folder / 'kernel.mjs'))} }});")
    subprocess.run(["node", "--input-type=module", "-e", build_it], cwd=ROOT / "frontend", check=True)

    def run(lives):
        script = (f"import {{ run }} from {json.dumps(str(folder / 'kernel.mjs'))};"
                  "import { readFileSync } from 'node:fs';"
                  "process.stdout.write(JSON.stringify(run(JSON.parse(readFileSync(0, 'utf8')))));")
        done = subprocess.run(["node", "--input-type=module", "-e", script], input=json.dumps(lives), text=True,
                              capture_output=True, check=True, cwd=folder)
        return json.loads(done.stdout)

    return run


def scenario(standardise: str, means: list[str], items: list[Item], **aggregate) -> dict:
    step = {"method": standardise}
    if standardise == "goalposts":
        step["forms"] = {item.code: FORMS[i % len(FORMS)] for i, item in enumerate(items)}
    elif standardise == "distance-to-target":
        step["targets"] = {item.code: 150.0 if item.direction > 0 else 0.25 for item in items}
    elif standardise != "borda":
        step |= {"mean": 50, "sd": 10} if standardise == "z-score" else {"lower": 1}
    return {"standardise": step, "aggregate": {"method": means, "floor": 0.5, **aggregate}}


def expected(table, structure, plain):
    """Give what the kernel makes; None where it refuses."""
    try:
        return build(Data(table, structure, [f"C{i}" for i in range(len(table))]), Scenario.from_mapping(plain))
    except EkisticsError:
        return None


def compared(made, got) -> float:
    """Give the greatest difference of scores, coverage and standardised values; ranks must be the same."""
    assert np.nan_to_num(made.ranks).astype(int).tolist() == got["ranks"]
    most = 0.0
    for own, other in ((made.scores, got["scores"]), (made.coverage, got["coverage"]),
                       (made.standardised, got["standard"])):
        there = np.array(other, dtype=float).T
        assert np.array_equal(np.isnan(own), np.isnan(there))
        most = max(most, float(np.nanmax(np.abs(own - there), initial=0.0)))
    return most


def document(table, structure, plain, forms=None):
    """Write what the page reads; its check is not looked at here."""
    return {"units": [{"code": f"C{i}", "name": "", "country": ""} for i in range(len(table))],
            "items": [{"code": item.code, "parent": item.parent, "weight": item.weight, "direction": item.direction,
                       "form": (forms or {}).get(item.code)} for item in structure.items],
            "groups": [{"code": g.code, "parent": g.parent, "weight": g.weight} for g in structure.groups],
            "values": indices.numbers(table), "scenario": Scenario.from_mapping(plain).as_mapping()}


def test_every_method_gives_what_the_kernel_gives_with_missing_values(kernel):
    items, groups = indices.tree(3, 2, 4)
    structure = Structure.of(items, groups)
    cases = [scenario(step, [below, below, top], items, **rule) for step in STANDARDISE
             for below, top, rule in (("arithmetic", "geometric", {}), ("geometric", "arithmetic", {"whole": True}),
                                      ("harmonic", "mpi", {"minimum_share": 0.5}), ("mpi", "harmonic", {"penalty": 1}),
                                      ("arithmetic", "copeland", {}))]
    table = indices.values(60, len(items), missing=0.15, seed=11)
    table[3] = np.nan
    table[4] = table[5]
    made = [expected(table, structure, plain) for plain in cases]
    got = kernel([document(table, structure, plain) for plain in cases])
    worst, scored = 0.0, 0
    for plain, own, other in zip(cases, made, got, strict=True):
        if own is None:
            assert "refused" in other, plain
        else:
            assert "refused" not in other, (plain, other)
            worst, scored = max(worst, compared(own, other)), scored + 1
    print(f"SHOWN the live page beside the kernel: {scored} scenarios of {len(STANDARDISE)} standardisations and "
          f"{len(MEANS)} ways of joining, 15 % missing; greatest difference {worst:.1e}, all ranks the same")
    assert scored >= 28
    assert worst < NEAR


def test_the_steps_before_are_done_when_the_page_gets_its_values(kernel, tmp_path):
    example = (ROOT / "examples/index/centres.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    steps = '[scenario]\nimpute = { method = "median" }\ntreat = { winsorise = 1 }'
    own.write_text(example.replace("[scenario]", steps), "utf-8")
    rows = [f"GHA-{i},City {i},GHA,{100 * 3 ** (i % 9)},{'' if i == 4 else 50 + 7 * i}" for i in range(20)]
    table = tmp_path / "cities.csv"
    table.write_text("\n".join(["code,name,country,population_density,built_up_per_person", *rows]) + "\n", "utf-8")
    build_index(str(own), table, tmp_path / "made", time_period="2020")
    live = json.loads((tmp_path / "made/live.json").read_text("utf-8"))
    (got,) = kernel([live])
    assert list(live["scenario"]) == ["impute", "treat", "standardise", "weigh", "aggregate"]
    assert got["ranks"] == live["check"]["ranks"]
    assert np.allclose(np.array(got["scores"]).T, live["check"]["scores"], rtol=0, atol=NEAR)


@st.composite
def made_indices(draw):
    """Draw a tree, a table with holes and ties, and a scenario."""
    dimensions, under, below = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 3))
    items, groups = indices.tree(dimensions, under, below)
    if draw(st.booleans()):  # an item directly below the index
        items.append(Item("alone", "total", draw(st.floats(0.1, 3)), draw(st.sampled_from([1, -1]))))
    groups = [Group(g.code, g.parent, draw(st.floats(0.1, 4))) for g in groups]
    n = draw(st.integers(2, 8))
    cell = st.one_of(st.none(), st.integers(1, 5).map(float), st.floats(0.5, 99))
    rows = draw(st.lists(st.lists(cell, min_size=len(items), max_size=len(items)), min_size=n, max_size=n))
    structure = Structure.of(items, groups)
    means = draw(st.lists(st.sampled_from(MEANS), min_size=structure.levels, max_size=structure.levels))
    plain = scenario(draw(st.sampled_from(STANDARDISE)), means, items, whole=draw(st.booleans()),
                     minimum_share=draw(st.sampled_from([0.0, 0.5, 2 / 3, 1.0])))
    if draw(st.booleans()):
        plain["aggregate"]["floor"] = None
    plain["weigh"] = {"method": draw(st.sampled_from(["given", "equal"])), "weights": {"d0": draw(st.floats(0, 5))}}
    return np.array(rows, dtype=float).reshape(n, len(items)), structure, plain


@given(st.lists(made_indices(), min_size=10, max_size=30))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture,
                                                                 HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_index_gives_what_the_kernel_gives_or_is_refused_by_both(kernel, many):
    got = kernel([document(*each) for each in many])
    for each, other in zip(many, got, strict=True):
        own = expected(*each)
        if own is None or "refused" in other:
            assert (own is None) == ("refused" in other), (each[2], other)
        else:
            assert compared(own, other) < NEAR
