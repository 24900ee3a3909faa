"""The survey of Dhaka's slums: published columns reproduced, and estimates of slums and of the rest by R's numbers."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ekistics.indicators import drinking_water, sdg_11_1_1
from ekistics.readers.microdata import read_mapping, read_microdata, standardise

HERE = Path(__file__).parent / "surveys"
LADDER = {"jmpWater1": "surface_water", "jmpWater2": "unimproved_water", "jmpWater3": "limited_water",
          "jmpWater4": "basic_water"}
GOLDEN = tomllib.loads((HERE / "golden_dhaka.toml").read_text(encoding="utf-8"))["case"]
STATED = {"population": "population of the sampling unit over its households in the sample",
          "one": "1 (no weights are published)"}


@pytest.fixture(scope="module")
def published(shared_data) -> pd.DataFrame:
    """Give the published file, with the two weights that it does not have."""
    frame = pd.read_csv(shared_data("dhaka-wash-slum-survey/indicatorsDataBGD_trimmed.csv"), low_memory=False)
    people = pd.read_csv(shared_data("dhaka-wash-slum-survey/psu_population.csv")).set_index("psu")["pop"]
    each = frame["psu"].map(people) / frame["psu"].map(frame["psu"].value_counts())
    return pd.concat([frame, each.rename("population"), pd.Series(1, index=frame.index, name="one")], axis=1)


@pytest.fixture(scope="module")
def homes(published, tmp_path_factory) -> dict[str, pd.DataFrame]:
    """Read the survey by its mapping, once a weight."""
    mapping, made = read_mapping(HERE / "dhaka.toml"), {}
    for weight in STATED:
        path = tmp_path_factory.mktemp("dhaka") / "households.csv"
        pd.concat([published, published[weight].rename("weight")], axis=1).to_csv(path, index=False)
        made[weight] = standardise(mapping, read_microdata(path), level="household").frame
    return made


def test_published_columns_are_reproduced_on_every_household(published, homes) -> None:
    frame = homes["one"]
    found = drinking_water.classify(frame)
    columns = {"water1": found["improved_water"]["known"], "nMembers": frame["members"],
               **{name: found[status]["known"] for name, status in LADDER.items()}}
    for name, values in columns.items():
        agree = int((values.to_numpy() == published[name].to_numpy(dtype=float)).sum())
        print(f"SHOWN Dhaka, {name}: {agree} of {len(published)} households agree")
        assert agree == len(published) == 1282
    counts = {name: int(found[status]["known"].sum()) for name, status in LADDER.items()}
    assert counts == {"jmpWater1": 0, "jmpWater2": 66, "jmpWater3": 9, "jmpWater4": 1207}
    assert int(frame["members"].sum()) == int(published["nMembers"].sum())


def rows_of(frame: pd.DataFrame, module, series: str, variant: str = "known") -> pd.DataFrame:
    placed = frame.assign(ref_area=frame["area"].map({"1": "slum", "2": "other"}))
    rows = module.compute(placed)
    return rows[(rows["series"] == series) & (rows["variant"] == variant)]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case['weight']}-{case['type']}")
def test_slums_and_the_rest_are_estimated_as_r_does(homes, case) -> None:
    """R's printed digits (12), so 1e-9 of a share; its intervals by a quantile of its own, 1e-8."""
    frame, area = homes[case["weight"]], "slum" if case["type"] == 1 else "other"
    share = rows_of(frame, drinking_water, "basic_water_households").loc[area]
    people = rows_of(frame, drinking_water, "basic_water_people").loc[area]
    assert share["obs_value"] / 100 == pytest.approx(case["households"][0], abs=1e-9)
    assert [share["lci"] / 100, share["uci"] / 100] == pytest.approx(case["households"][1:], abs=1e-8)
    assert [people["obs_value"] / 100, people["se"] / 100] == pytest.approx(case["people"], abs=1e-9)
    print(f"SHOWN Dhaka, {area}, basic water, weight {STATED[case['weight']]}: {share['obs_value']:.2f} "
          f"({share['lci']:.2f} to {share['uci']:.2f}) % of households, {people['obs_value']:.2f} "
          f"({people['lci']:.2f} to {people['uci']:.2f}) % of people")


def test_slum_conditions_are_bounded_where_the_number_that_shares_a_toilet_is_not_asked(homes) -> None:
    frame = homes["population"]
    least, most = (rows_of(frame, sdg_11_1_1, "slum_people", f"asked:{bound}") for bound in ("least", "most"))
    known = rows_of(frame, sdg_11_1_1, "slum_people", "asked")
    assert known["reason"].tolist() == ["too-much-unknown"] * 2
    for area in ("slum", "other"):
        print(f"SHOWN Dhaka, {area}, people who lack improved water or sanitation: from "
              f"{least.loc[area, 'obs_value']:.2f} to {most.loc[area, 'obs_value']:.2f} %")
        assert least.loc[area, "obs_value"] < most.loc[area, "obs_value"]
    deprived = rows_of(frame, sdg_11_1_1, "slum_people", "five")
    assert deprived["reason"].tolist() == ["not-asked"] * 2


def test_without_the_note_on_time_a_missing_time_is_not_known(published, tmp_path) -> None:
    """The producer counts a missing time as 0; by our rule it is unknown, and never 0, but for pipes at home."""
    home = published["waterSource"].isin(["Piped water into dwelling", "Piped water to yard/plot"]).to_numpy()
    asked = np.sort(np.concatenate([np.flatnonzero(home)[:5], np.flatnonzero(~home)[:25]]))
    frame = published.copy().assign(weight=1, water7=published["water7"].mask(published.index.isin(asked)))
    frame.to_csv(tmp_path / "h.csv", index=False)
    made = standardise(read_mapping(HERE / "dhaka.toml"), read_microdata(tmp_path / "h.csv"), level="household").frame
    found = drinking_water.classify(made)["basic_water"]
    unknown = np.flatnonzero(np.isnan(found["known"].to_numpy()))
    wanted = [row for row in asked if not home[row] and published["water1"][row] == 1]
    assert unknown.tolist() == wanted
    assert len(wanted) > 0 and home[asked].sum() == 5
