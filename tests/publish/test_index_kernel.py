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
import { moves } from "./explain.ts";
import { intervals } from "./noise.ts";
import { read, scenarioOf, untouched, withShare, written } from "./state.ts";
const started = (live) => new Builder({ variants: [], ...live });
export const worths = (lives) => lives.map((live) => {
  const builder = started(live);
  const made = intervals(builder, builder.build(completed(live.scenario)));
  return Object.fromEntries(Object.entries(made).map(([name, ends]) => [name, [...ends]]));
});
export const links = (asked) => asked.map(({ live, changes }) => {
  const builder = started(live);
  let state = untouched();
  for (const [code, share] of changes) state = withShare(builder.tree, state, code, share);
  const { state: again, ignored } = read(builder.tree, `#${written(state)}`);
  const [here, there] = [state, again].map((each) => [...builder.build(scenarioOf(builder.tree, each)).total]);
  return { here, there, ignored, shares: Object.fromEntries(again.shares) };
});
export const addresses = (asked) => asked.map(({ live, hash }) => {
  const { state, ignored } = read(started(live).tree, hash);
  return { shares: Object.fromEntries(state.shares), city: state.city, ignored };
});
export const moved = (asked) => asked.map(({ live, state }) => {
  const builder = started(live);
  const whole = { ...untouched(), ...state };
  const { ranks } = builder.build(scenarioOf(builder.tree, whole));
  return [...ranks].map((rank, i) => [rank, moves(builder, whole, builder.build(completed(live.scenario)), i)]);
});
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

    def run(lives, what="run"):
        script = (f"import {{ {what} as run }} from {json.dumps(str(folder / 'kernel.mjs'))};"
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
    n = draw(st.integers(1, 8))
    least = draw(st.sampled_from([0.5, 0.5, 0.0, -3.0]))  # zero and less: what has no logarithm, root or share
    cell = st.one_of(st.none(), st.integers(1, 5).map(float), st.floats(least, 110 if least < 0 else 99))
    rows = draw(st.lists(st.lists(cell, min_size=len(items), max_size=len(items)), min_size=n, max_size=n))
    structure = Structure.of(items, groups)
    means = draw(st.lists(st.sampled_from(MEANS), min_size=structure.levels, max_size=structure.levels))
    plain = scenario(draw(st.sampled_from(STANDARDISE)), means, items, whole=draw(st.booleans()),
                     minimum_share=draw(st.sampled_from([0.0, 0.5, 2 / 3, 1.0])))
    if draw(st.booleans()):
        plain["aggregate"]["floor"] = None
    if "targets" in plain["standardise"] and draw(st.booleans()):
        plain["standardise"]["targets"] = {item.code: draw(st.sampled_from([3.0, 100.0])) for item in items}
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


def generated(seed: int):
    """Give numbers from 0 to below 1 as the page's generator, mulberry32, does; written anew from its definition."""
    state, all_bits = seed, 2**32 - 1
    while True:
        state = state + 0x6D2B79F5 & all_bits
        mixed = (state ^ state >> 15) * (state | 1) & all_bits
        mixed ^= mixed + ((mixed ^ mixed >> 7) * (mixed | 61) & all_bits) & all_bits
        yield (mixed ^ mixed >> 14) / 2**32


def test_the_intervals_are_the_middle_nine_tenths_of_what_the_kernel_makes_of_the_same_draws(kernel):
    items, groups = indices.tree(3, 2, 4)
    structure = Structure.of(items, groups)
    plain = scenario("goalposts", ["arithmetic", "arithmetic", "geometric"], items)
    table = indices.values(30, len(items), missing=0.12, seed=3)
    given, again = kernel([document(table, structure, plain)] * 2, "worths")
    assert given == again
    made = expected(table, structure, plain)
    next_one, drawn = generated(1), []
    for _draw in range(200):
        noise = np.array([0.75 + 0.5 * next(next_one) for _weight in structure.codes])
        weights = {code: float(w) for code, w in zip(structure.codes, made.weights * noise, strict=True)}
        drawn.append(expected(table, structure, plain | {"weigh": {"weights": weights}}))
    for low, high, values in (("rankLow", "rankHigh", [each.ranks for each in drawn]),
                              ("scoreLow", "scoreHigh", [each.total for each in drawn])):
        for i, of_city in enumerate(np.array(values).T):
            found = np.sort(of_city[np.isfinite(of_city)])
            ends = (found[int(0.05 * (len(found) - 1))], found[-1 - int(0.05 * (len(found) - 1))]) if len(found) else ()
            assert [x for x in (given[low][i], given[high][i]) if x is not None] == pytest.approx(ends, abs=NEAR)
    assert max(given["rankHigh"][i] - given["rankLow"][i] for i in np.flatnonzero(np.isfinite(made.ranks))) > 1


def test_draws_that_cannot_be_computed_give_nothing_and_take_nothing_away(kernel):
    """Weights 1 and 1 make a mean of 0.5, above zero; 0.75 and 1.25 would make one of -0.75."""
    structure = Structure.of([Item("a", "total"), Item("b", "total")], [Group("total", "")])
    plain = {"standardise": {"method": "min-max", "lower": -5, "upper": 6}, "aggregate": {"method": "mpi"}}
    (given,) = kernel([document(np.array([[1.0, 2], [2, 1]]), structure, plain)], "worths")
    assert all(low is not None and low <= high for low, high in zip(given["scoreLow"], given["scoreHigh"], strict=True))


def test_what_a_link_says_is_what_the_page_shows(kernel):
    items, groups = indices.tree(7, 2, 2)
    structure = Structure.of(items, groups)
    plain = scenario("goalposts", ["arithmetic", "arithmetic", "geometric"], items)
    live = document(indices.values(200, len(items), missing=0, seed=8), structure, plain)
    changes = [[["d0", 33.3]], [["d0", 55.5], ["d2", 12.1], ["d0s0", 41.7]], [["d1", 99.9], ["d1", 14.0]],
               [["d3", 100]]]
    for made in kernel([{"live": live, "changes": each} for each in changes], "links"):
        assert made["ignored"] == []
        assert made["there"] == made["here"]
    kept = kernel([{"live": live, "changes": [["d0", 99.9], ["d0", 10]]}], "links")[0]["shares"]
    assert sum(kept[f"d{d}"] for d in range(7)) == pytest.approx(100, abs=0.01)
    assert kept["d2"] / kept["d1"] == pytest.approx(3 / 2, rel=1e-4)


def test_a_link_is_never_cut_within_a_share_or_a_code(kernel):
    items = [Item(f"a_long_name_of_an_item_{i:03d}", "total") for i in range(150)]
    structure = Structure.of(items, [Group("total", "")])
    live = document(indices.values(3, 150, missing=0, seed=2), structure, scenario("min-max", ["arithmetic"], items))
    (made,) = kernel([{"live": live, "changes": [[items[0].code, 12.5]]}], "links")
    assert made["ignored"] == [] and len(made["shares"]) == 150
    live["units"] = [{"code": "C1"}, {"code": "C12"}]
    hashes = ["#x=" + "y" * length + "&c=C12" for length in (19_992, 19_993)]
    whole, longer = kernel([{"live": live, "hash": each} for each in hashes], "addresses")
    assert (whole["city"], len(whole["ignored"])) == ("C12", 1)
    assert (longer["city"], len(longer["ignored"])) == ("", 1)


def test_a_change_that_cannot_be_computed_alone_has_no_rank_on_the_way(kernel):
    """With a penalty the worst city of a part of one item has a mean of zero, and no score; plain means give one."""
    structure = Structure.of([Item("a", "x"), Item("b", "y")], [Group("total", ""), Group("x", "total"),
                                                                 Group("y", "total")])
    plain = {"standardise": {"method": "min-max", "lower": 1}, "aggregate": {"method": "mpi"}}
    live = document(np.array([[1.0, 2], [2, 1], [3, 3]]), structure, plain)
    live["variants"] = [{"code": "zero", "scenario": plain | {"standardise": {"method": "min-max"}}}]
    state = {"variant": "zero", "top": "arithmetic", "under": "arithmetic"}
    (cities,) = kernel([{"live": live, "state": state}], "moved")
    for rank, found in cities:
        assert [(each["step"], each["after"]) for each in found] == [("variant", 0), ("aggregate", rank)]
        assert rank > 0
