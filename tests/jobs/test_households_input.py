"""What cannot be of a survey is told by the check already, with its place, and no answer of a person in it."""

import re

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import EkisticsError
from ekistics.indicators.adequate_housing import classify
from ekistics.jobs.households import check, estimate, import_survey, read_survey
from ekistics.vault import Vault, make_key_file

from .household_survey import MAPPING, MARK, SURVEY, frames, write

HOMES, PEOPLE = frames()
WEIGHT = HOMES["wt"]


@pytest.fixture
def vault(tmp_path):
    for name in ("keys", "safe"):
        (tmp_path / name).mkdir()
    with Vault.create(tmp_path / "safe" / "people.vault", make_key_file(tmp_path / "keys" / "v.key")) as made:
        yield made


@pytest.mark.parametrize(("change", "words"), [
    ({"homes": HOMES.assign(wt=0)}, "400 are zero"),
    ({"homes": HOMES.assign(block=HOMES["block"] % 20)}, r"\[household.psu\]: 20 units lie in two strata"),
    ({"people": PEOPLE.assign(hh="x" + PEOPLE["hh"])}, "belong to no household"),
    ({"survey": SURVEY.replace("[design]", "households = 9000\n\n[design]")}, "Expected 9000, got 8500"),
    ({"survey": SURVEY.replace('value = "south"', 'value = "sud"')}, "does not name")])
def test_what_an_import_would_refuse_is_told_by_the_check(tmp_path, vault, change, words) -> None:
    folder = write(tmp_path / "in", **{"homes": HOMES, "people": PEOPLE} | change)
    (problem,) = check(folder)
    assert re.search(words, str(problem)) and problem.code == "survey"
    with pytest.raises(EkisticsError, match=words) as caught:
        import_survey(folder, vault, actor="t")
    assert str(caught.value) == str(problem)
    assert MARK not in str(problem)
    assert vault.surveys() == ()
    assert not list(folder.glob("*.import.json"))


@pytest.mark.parametrize(("weights", "words", "hint"), [
    (WEIGHT.where(HOMES.index > 2, np.inf), "Answers are no numbers: inf (3).", "Add them to 'missing' or 'values'."),
    (WEIGHT.astype(str).str.replace(".", ","), "Answers are no numbers: 12,5 (200), 30,0 (200).",
     "Save the file again with decimal points, not commas.")])
def test_numbers_that_are_none_are_told_with_what_to_do(tmp_path, weights, words, hint) -> None:
    (problem,) = check(write(tmp_path / "in", HOMES.assign(wt=weights), PEOPLE))
    assert (problem.message, problem.hint) == (words, hint)
    assert problem.where == "mapping.toml: [household.weight], households.csv"


@pytest.mark.parametrize("name", ["households", "blocks"])
def test_a_stratum_of_one_unit_is_named_as_the_survey_names_it(tmp_path, vault, name) -> None:
    one = HOMES.assign(block=HOMES["block"].where(HOMES["district"] == "north", 99))
    mapping, told = MAPPING, "south (200)"
    if name == "households":  # without units, households are the units of the strata
        one = HOMES.assign(zone=HOMES["district"].where(HOMES.index != 7, "7"))
        mapping = MAPPING.replace('[household.psu]\nvariable = "block"\n', "").replace(
            '[household.stratum]\nvariable = "district"', '[household.stratum]\nvariable = "zone"')
        told = "7 (1)"
    survey = write(tmp_path / "in", one, PEOPLE, mapping=mapping)
    import_survey(survey, vault, actor="t")
    with pytest.raises(EkisticsError, match="Only one unit was drawn from a stratum") as caught:
        estimate(survey, vault, out=tmp_path / "out", actor="t")
    assert (caught.value.where, caught.value.got) == ("survey.toml: design.lonely", told)
    assert not (tmp_path / "out").exists()


def test_notes_that_cannot_be_written_leave_nothing_in_the_vault(tmp_path, vault) -> None:
    survey = write(tmp_path / "in", HOMES, PEOPLE)
    (survey / ".XXX-HS-2024.import.json.new").mkdir()  # where the notes are written first
    with pytest.raises(EkisticsError, match="notes of the import cannot be written"):
        import_survey(survey, vault, actor="t")
    assert vault.surveys() == ()
    (survey / ".XXX-HS-2024.import.json.new").rmdir()
    import_survey(survey, vault, actor="t")
    before = (survey / "XXX-HS-2024.import.json").read_bytes()
    write(survey, HOMES.iloc[:300], PEOPLE[PEOPLE["hh"].isin(HOMES["hh"][:300])])
    with pytest.raises(EkisticsError, match="of this code already"):
        import_survey(survey, vault, actor="t")
    assert (survey / "XXX-HS-2024.import.json").read_bytes() == before
    assert not list(survey.glob(".*.new"))


@pytest.mark.parametrize(("old", "new", "words"), [
    ('interval = "logit"', 'interval = "normal"', "design.interval: .*'normal'"),
    ("confidence = 0.95", "confidence = 95", "design.confidence: This is a part of one"),
    ("confidence = 0.95", "confidence = 1", "design.confidence: This is a part of one"),
    ('groups = ["sex", "age"', 'groups = ["age*sex", "sex*age"', "estimate.groups: A group is there twice"),
    ('groups = ["sex", "age"', 'groups = ["sex*sex"', "estimate.groups: A group is there twice"),
    ("[design]", "households = 0\n\n[design]", "weight.households: .* must be positive"),
    ("[estimate]", "[estimate]\nmax_unknown_share = 5", "estimate.max_unknown_share: This is a part of one"),
    ("[design]", "tolerance = -0.1\n\n[design]", "weight.tolerance: This is a part of one"),
    ('time_period = "2024"', 'time_period = "lately"', "survey.time_period: .*[Gg]ot lately"),
    ('time_period = "2019"', 'time_period = "before"', "rounds.time_period: .*[Gg]ot before")])
def test_a_configuration_that_cannot_be_is_refused_before_anything_is_read(tmp_path, old, new, words) -> None:
    survey = SURVEY.replace('psu = "block"', 'psu = "block"\ninterval = "logit"\nconfidence = 0.95')
    assert old in survey
    assert read_survey(write(tmp_path, HOMES, PEOPLE, survey=survey)).design.interval == "logit"
    with pytest.raises(EkisticsError, match=words):
        read_survey(write(tmp_path, HOMES, PEOPLE, survey=survey.replace(old, new, 1)))


@pytest.mark.parametrize(("code", "rule", "words"), [
    ("sdg_11_1_1", 'water_accepted = ["borhole"]', r"rules.sdg_11_1_1.water_accepted: .*Did you mean 'borehole'"),
    ("sdg_11_1_1", 'not_durable_walls = ["earth"]', "not_durable_walls: There is no code 'earth'"),
    ("sdg_11_1_1", 'shared_without_number = "yes"', "shared_without_number: There is no code 'yes'"),
    ("sdg_11_1_1", "persons_per_room = -3", "persons_per_room: An amount is negative"),
    ("drinking_water", 'surface = ["river"]', "drinking_water.surface"),
    ("sanitation", 'none = ["bush"]', "sanitation.none"),
    ("housing_affordability", 'renting = ["TENANT"]', "housing_affordability.renting"),
    ("adequate_housing", 'services = ["watr"]', "adequate_housing.services: .*Did you mean 'water'"),
    ("adequate_housing", 'slum = {water_accepted = ["borhole"]}', "rules.adequate_housing: .*Did you mean 'borehole'")])
def test_a_list_of_codes_that_counts_nobody_is_refused(tmp_path, code, rule, words) -> None:
    with pytest.raises(EkisticsError, match=words):
        read_survey(write(tmp_path, HOMES, PEOPLE, survey=f"{SURVEY}\n[rules.{code}]\n{rule}\n"))


def test_thresholds_of_adequate_housing_reach_the_deprivations() -> None:
    homes = pd.DataFrame({"members": [3.0], "rooms": [1.0]})
    assert classify(homes)["habitability"]["known"].tolist() == [1.0]
    assert classify(homes, {"slum": {"persons_per_room": 2}})["habitability"]["known"].tolist() == [0.0]


def test_a_survey_of_nobody_is_refused(tmp_path, vault) -> None:
    survey = write(tmp_path / "in", HOMES.iloc[:0], PEOPLE.iloc[:0])
    with pytest.raises(EkisticsError, match=r"households.csv: The sample has no rows"):
        import_survey(survey, vault, actor="t")
    assert vault.surveys() == ()


def test_two_rounds_with_other_strata_say_so(tmp_path, vault) -> None:
    few = SURVEY.replace("[estimate]", '[estimate]\nindicators = ["living_space"]').replace(
        '"sex", "age", "displacement_status", "tenure"', '"sex"')
    before = few.replace("XXX-HS-2024", "XXX-HS-2019").split("[[rounds]]")[0]
    now = write(tmp_path / "now", HOMES, PEOPLE, survey=few)
    import_survey(now, vault, actor="t")
    alone = estimate(now, vault, out=tmp_path / "alone", actor="t")
    assert alone.other_strata == () and alone.document["rounds"][0]["why"] == ""
    for name, zone, other in (("same", HOMES["district"], ()), ("other", HOMES["district"] + "-old", ("XXX-HS-2019",))):
        mapping = MAPPING.replace('stratum]\nvariable = "district"', 'stratum]\nvariable = "zone"')
        import_survey(write(tmp_path / name, HOMES.assign(zone=zone), PEOPLE, survey=before, mapping=mapping), vault,
                      actor="t")
        outcome = estimate(now, vault, out=tmp_path / "out", actor="t")
        assert outcome.other_strata == other
        told = "Its strata are others than those of this round." if other else ""
        assert outcome.document["rounds"][0]["why"] == told
        assert outcome.package.run.id == alone.package.run.id
        vault.erase_survey("XXX-HS-2019", actor="t", reason="test")


@pytest.mark.parametrize(("old", "new", "where"), [
    ('"XXX-HS-2024"', '"../evil"', "survey.toml: survey.code"), ('"Housing by district"', '""', "survey.toml: vault")])
def test_a_survey_that_the_vault_would_not_take_is_told_first_and_writes_nothing(tmp_path, vault, old, new,
                                                                                 where) -> None:
    folder = write(tmp_path / "in" / "deep", HOMES, PEOPLE, survey=SURVEY.replace(old, new))
    before = sorted(tmp_path.rglob("*"))
    for run in (lambda: check(folder), lambda: import_survey(folder, vault, actor="t")):
        with pytest.raises(EkisticsError) as caught:
            run()
        assert caught.value.where == where
    assert sorted(tmp_path.rglob("*")) == before
