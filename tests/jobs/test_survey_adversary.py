"""Nobody who reads a survey's package, every number of it, learns what was withheld: an adversary tries."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lxml import etree

from ekistics.jobs.households.document import survey_document
from ekistics.jobs.sample_survey.make import make_sample_survey
from ekistics.package.descriptor import json_bytes
from ekistics.package.verify import verify_package
from ekistics.vault import Vault, make_key_file
from tests.package.sealing import reseal

from .adversary import (
    Attacked,
    agreeing,
    attacked,
    leaves,
    near,
    package_numbers,
    printed,
    same_but_names,
    unsaid,
    worked_out,
)
from .household_survey import MAPPING, SURVEY, frames, write

document_module = sys.modules[survey_document.__module__]
AREAS = {"north": 120, "south": 90, "west": 61, "port": 7, "quay": 8}
TOLD = "".join(f'\n[[areas]]\nvalue = "{name}"\ncode = "XTH-{name.upper()}"\nname = "{name.title()}"\n'
               for name in AREAS)
BASE = SURVEY[:SURVEY.index("[[areas]]")] + TOLD + '\n[publication]\nrules = "none"\n'
UNITS = MAPPING[:MAPPING.index("[household.psu]")] + MAPPING[MAPPING.index("[household.weight]"):]
BY_STRATUM = MAPPING.replace('[household.stratum]\nvariable = "district"', '[household.stratum]\nvariable = "layer"')


@dataclass(frozen=True)
class Case:
    """A made-up survey with a tiny group, and what of it would have told."""

    homes: pd.DataFrame
    groups: str = ""
    indicators: str = '"sdg_11_1_1"'
    mapping: str = MAPPING
    areas: bool = True

    def write(self, folder: Path) -> Path:
        _homes, people = frames(sum(AREAS.values()))
        people = people[people["hh"].isin(self.homes["hh"])]
        survey = BASE if self.areas else BASE.replace(TOLD, "")
        survey = survey.replace('groups = ["sex", "age", "displacement_status", "tenure"]',
                                f"groups = [{self.groups}]\nindicators = [{self.indicators}]")
        return write(folder, self.homes, people, survey=survey, mapping=self.mapping)


def homes(**changes: object) -> pd.DataFrame:
    """Make households of five areas, two of them tiny, with weights that give each sum a number of its own."""
    made, _people = frames(sum(AREAS.values()))
    rng = np.random.default_rng(11)
    district = np.repeat(list(AREAS), list(AREAS.values()))
    block = np.concatenate([100 * i + np.arange(n) % max(2, n // 10) for i, n in enumerate(AREAS.values())])
    return made.assign(district=district, block=block, wt=np.round(rng.uniform(10, 40, len(made)), 6), **changes)


def cases() -> dict[str, Case]:
    plain = homes()
    layer = plain["district"].map({"north": "a", "port": "a", "south": "b", "quay": "b", "west": "b"})
    few = np.where(np.arange(len(plain)) % 40 == 3, 2, 1)  # seven tenants; they alone have a rent
    rent = plain["rent"].where(few == 2)
    seldom = plain["moved"].where(np.arange(len(plain)) % 48 != 5, 8)
    two = np.where(plain["district"].isin(["port", "quay"]), 12.5, 30.0)
    no_area = MAPPING.replace('[household.area]\nvariable = "district"\n\n', "").replace(
        '[household.stratum]\nvariable = "district"\n\n', "")
    return {
        "strata are areas": Case(plain), "areas of several strata": Case(plain.assign(layer=layer), mapping=BY_STRATUM),
        "households are the units": Case(plain, mapping=UNITS),
        "two weights": Case(plain.assign(wt=two)),
        "a question to few": Case(plain.assign(ten=few, rent=rent), '"tenure"',
                                  '"sdg_11_1_1", "housing_affordability"'),
        "an answer that few did not give": Case(plain.assign(moved=seldom.where(seldom == 8, 0)),
                                                '"displacement_status"'),
        "nobody but few": Case(plain[:8].assign(block=[1, 1, 1, 1, 2, 2, 2, 2]), mapping=no_area, areas=False),
    }


@pytest.fixture(scope="module", params=list(cases()))
def attack(request, tmp_path_factory) -> Attacked:
    folder = tmp_path_factory.mktemp("adversary")
    return made(cases()[request.param], folder)


def made(case: Case, folder: Path) -> Attacked:
    for name in ("keys", "safe"):
        (folder / name).mkdir(parents=True)
    with (Vault.create(folder / "safe" / "p.vault", make_key_file(folder / "keys" / "k.key")) as vault,
          pytest.MonkeyPatch.context() as patch):
        return attacked(case.write(folder / "in"), vault, folder / "out", patch)


def test_something_is_withheld_and_the_package_is_whole(attack: Attacked) -> None:
    assert attack.withheld.any() and len(attack.secrets) > 2
    assert verify_package(attack.folder).problems == ()
    assert {1 <= n < 10 for n in attack.cases} >= {True}


def test_no_file_prints_a_number_of_a_withheld_row(attack: Attacked) -> None:
    found = {name: agreeing(texts, attack.secrets, attack.public)
             for name, texts in package_numbers(attack.folder).items()}
    assert not any(found.values()), found


def test_the_description_counts_nothing_that_rows_do_not_say(attack: Attacked) -> None:
    report = json.loads((attack.folder / "disclosure.json").read_text("utf-8"))
    assert unsaid(attack) == []
    cases = [n for n in report["cases"] if n is not None]
    assert not any(0 < n < report["rules"]["cases"] for n in cases)
    assert report["counts"]["withheld"] == attack.withheld.sum()


def test_the_codebook_counts_nothing_that_the_description_does_not(attack: Attacked) -> None:
    root = etree.parse(attack.folder / "ddi.xml").getroot()
    texts = [each.text or "" for tag in ("sumStat", "sampProc", "respRate") for each in root.iter(f"{{*}}{tag}")]
    told = {value for _path, value in leaves(attack.document)}
    assert {float(text) for text in printed(" ".join(texts).encode())} <= told


def test_no_sum_or_difference_with_the_description_gives_a_withheld_number(attack: Attacked) -> None:
    assert worked_out(attack) == []


def test_where_the_whole_place_is_withheld_its_size_is_not_told(tmp_path) -> None:
    document = made(cases()["nobody but few"], tmp_path).document
    told = {**document["design"]["totals"], **document["response"], **document["weight"]}
    assert {name for name, value in told.items() if value is not None} == {"strata", "statement", "variable"}


# --- what was told before, and what somebody may put back


def test_the_adversary_finds_what_was_told_before(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(document_module, "without_sizes", lambda document, _rows, _report: document)
    for number, name in enumerate(cases()):
        attack = made(cases()[name], tmp_path / str(number))
        assert unsaid(attack), name
        assert [each.code for each in verify_package(attack.folder).problems] == ["disclosure"]
        told = np.array([each["sum_of_weights"] for each in attack.document["design"]["strata"]])
        if name == "strata are areas":
            assert near(told, attack.secrets).sum() >= 2  # both tiny areas at least
            assert agreeing(package_numbers(attack.folder)["survey.json"], attack.secrets, attack.public)
        if name == "areas of several strata":
            assert not near(told, attack.secrets).any() and worked_out(attack)


@pytest.mark.parametrize("place", ["design.strata.sum_of_weights", "design.totals.persons", "weight.lowest",
                                   "variables.known", "indicators.criteria.unknown_households"])
def test_sizes_that_are_put_back_are_found(attack: Attacked, tmp_path, place: str) -> None:
    shutil.copytree(attack.folder, tmp_path / "p")
    path = tmp_path / "p" / "survey.json"
    document = json.loads(path.read_text("utf-8"))
    part: Any = document
    *steps, last = place.split(".")
    for step in steps:
        part = part[step][0] if isinstance(part[step], list) else part[step]
    part[last] = 6
    path.write_bytes(json_bytes(document))
    reseal(tmp_path / "p")
    assert [(each.code, each.where) for each in verify_package(tmp_path / "p").problems] == [
        ("disclosure", "survey.json")]


# --- what is withheld has no effect on anything else


def exchanged(plain: pd.DataFrame) -> pd.DataFrame:
    """Let the two tiny areas have each other's households: of everything else the same is true."""
    return plain.assign(district=plain["district"].replace({"port": "quay", "quay": "port"}))


def swapped(plain: pd.DataFrame) -> pd.DataFrame:
    """Exchange weights and answers of one household in each of the tiny areas, which share a sampling unit."""
    port, quay = (plain.index[plain["district"] == name] for name in ("port", "quay"))
    one, other = next((a, b) for a in port for b in quay if plain["size"][a] == plain["size"][b]
                      and plain["water"][a] != plain["water"][b])
    out, columns = plain.copy(), ["wt", "water", "toilet", "rooms", "rent", "income", "minutes", "ten"]
    out.loc[[one, other], columns] = plain.loc[[other, one], columns].to_numpy()
    return out


def answered(plain: pd.DataFrame) -> pd.DataFrame:
    """Let the few who did not say whether they were displaced be those who were, and the other way round."""
    return plain.assign(moved=plain["moved"].replace({1: 8, 8: 1}))


def silent(plain: pd.DataFrame) -> pd.DataFrame:
    """Let a household of the other tiny area be the one that did not say where its water comes from."""
    one, other = next((a, b) for a in plain.index[plain["district"] == "port"]
                      for b in plain.index[plain["district"] == "quay"] if plain["size"][a] == plain["size"][b])
    before, after = (frame.copy() for frame in (plain, plain))
    for frame, asked, unasked in ((before, one, other), (after, other, one)):
        frame.loc[[asked, unasked], "wt"] = 20.5
        frame.loc[[asked, unasked], ["water", "toilet", "rooms"]] = [[9, 2, 2], [2, 2, 2]]
    plain.update(before)  # in place: the survey before is the one with the answer missing in the port
    return after


@pytest.mark.parametrize(("change", "groups"), [(silent, ""), (exchanged, ""), (swapped, ""),
                                                (answered, '"displacement_status"')])
def test_packages_that_differ_in_withheld_cells_alone_are_the_same(tmp_path, change, groups) -> None:
    number = np.arange(sum(AREAS.values()))
    plain = homes().assign(block=number // 15, moved=np.select([number % 40 == 3, number % 40 == 9], [1, 8], 0))
    plain.loc[plain["district"].isin(["port", "quay"]), "block"] = 99
    plain.loc[9, "moved"] = 0  # seven and seven without it
    mapping = MAPPING.replace('[household.stratum]\nvariable = "district"\n\n', "")
    one, other = (made(Case(frame, groups, mapping=mapping), tmp_path / name)
                  for name, frame in (("b", change(plain)), ("a", plain)))
    hidden = one.withheld
    assert (hidden == other.withheld).all() and hidden.any()
    before, after = (each.truth.loc[hidden, ["numerator", "denominator"]] for each in (one, other))
    assert not np.allclose(before, after, equal_nan=True)
    assert same_but_names(one.folder, other.folder) == {}


# --- the demo's survey, with one neighbourhood of which seven households remain


@pytest.mark.full
def test_the_sample_survey_with_a_tiny_neighbourhood_tells_nothing(tmp_path) -> None:
    folder = tmp_path / "in"
    make_sample_survey(folder)
    asked = pd.read_csv(folder / "households_2023.csv")
    people = pd.read_csv(folder / "people_2023.csv", dtype=str)
    here = asked.index[asked["visit/area"] == asked["visit/area"].max()]
    units = asked.loc[here, "visit/enumeration_area"]
    kept = [*units[units == units.iloc[0]].index[:4], *units[units == units.iloc[-1]].index[:3]]
    asked = asked.drop(index=here.difference(kept))
    asked.to_csv(folder / "households_2023.csv", index=False)
    people[people["household"].isin(asked["visit/household"])].to_csv(folder / "people_2023.csv", index=False)
    (tmp_path / "safe").mkdir()
    (tmp_path / "keys").mkdir()
    with (Vault.create(tmp_path / "safe" / "p.vault", make_key_file(tmp_path / "keys" / "k.key")) as vault,
          pytest.MonkeyPatch.context() as patch):
        attack = attacked(folder / "survey_2023.toml", vault, tmp_path / "out", patch)
    test_something_is_withheld_and_the_package_is_whole(attack)
    test_the_description_counts_nothing_that_rows_do_not_say(attack)
    test_the_codebook_counts_nothing_that_the_description_does_not(attack)
    assert worked_out(attack) == []
    found = {name: agreeing(texts, attack.secrets, attack.public)
             for name, texts in package_numbers(attack.folder).items()}
    assert not any(found.values()), found
