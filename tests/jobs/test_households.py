"""A survey from its files through the vault into a package: right numbers, and nothing of a single person anywhere."""

import json

import numpy as np
import pandas as pd
import pytest
from lxml import etree
from typer.testing import CliRunner

from ekistics.cli.app import app
from ekistics.core.errors import ConfigurationError, EkisticsError, InvalidValueError, UnknownNameError
from ekistics.indicators import spec
from ekistics.indicators.households import criteria, entering, people_indicators
from ekistics.jobs.households import check, estimate, import_survey, read_survey
from ekistics.jobs.households.methods import method_text, reading_of
from ekistics.jobs.households.prepare import age_code, person_frame
from ekistics.package.documents import read_document
from ekistics.package.verify import verify_package
from ekistics.readers.microdata import read_ddi
from ekistics.vault import Vault, VaultKey, make_key_file

from .household_survey import MAPPING, MARK, SURVEY, frames, write

HOMES, PEOPLE = frames()
SHORT = SURVEY.replace("[estimate]", '[estimate]\nindicators = ["sdg_11_1_1"]')


@pytest.fixture
def key(tmp_path) -> VaultKey:
    (tmp_path / "keys").mkdir()
    return make_key_file(tmp_path / "keys" / "vault.key")


@pytest.fixture
def vault(tmp_path, key):
    (tmp_path / "safe").mkdir()
    with Vault.create(tmp_path / "safe" / "people.vault", key) as made:
        yield made


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Import and estimate once; give the outcome, the folder and the vault's log."""
    folder = tmp_path_factory.mktemp("survey")
    (folder / "keys").mkdir()
    (folder / "safe").mkdir()
    survey = write(folder / "in", HOMES, PEOPLE)
    with Vault.create(folder / "safe" / "people.vault", make_key_file(folder / "keys" / "v.key")) as safe:
        imported = import_survey(survey, safe, actor="tester")
        outcome = estimate(survey, safe, out=folder / "out", actor="tester")
        log = repr(safe.log())
    return imported, outcome, folder, log


def value(outcome, series: str, variant: str = "known", area: str = "XTH", **group: str) -> pd.Series:
    rows = outcome.package.observations
    chosen = {"series": series, "variant": variant, "ref_area": area,
              **{name: group.get(name, "_T") for name in ("sex", "age", "displacement_status", "tenure")}}
    found = rows[np.logical_and.reduce([rows[name] == code for name, code in chosen.items()])]
    assert len(found) == 1
    return found.iloc[0]


# --- the numbers, counted once more by plain pandas


def improved(homes: pd.DataFrame) -> pd.Series:
    return homes["water"].map({1: 1.0, 2: 1.0, 3: 0.0, 9: np.nan})


def weighted(truth: pd.Series, weight: pd.Series) -> float:
    known = truth.notna()
    return 100 * (truth * weight)[known].sum() / weight[known].sum()


def test_shares_of_households_and_people_are_those_of_plain_sums(made) -> None:
    _imported, outcome, _folder, _log = made
    truth = improved(HOMES)
    south = HOMES["district"] == "south"
    assert value(outcome, "improved_water_households").obs_value == pytest.approx(weighted(truth, HOMES["wt"]))
    assert value(outcome, "improved_water_people").obs_value == pytest.approx(
        weighted(truth, HOMES["wt"] * HOMES["size"]))
    assert value(outcome, "improved_water_households", area="XTH-S").obs_value == pytest.approx(
        weighted(truth[south], HOMES["wt"][south]))
    lacks = value(outcome, "improved_water_households", "least")
    assert lacks.obs_value == pytest.approx(100 * (truth.fillna(0) * HOMES["wt"]).sum() / HOMES["wt"].sum())


def test_people_are_split_by_their_own_sex_and_age_and_households_by_their_head(made) -> None:
    _imported, outcome, _folder, _log = made
    whole = PEOPLE.merge(HOMES.drop(columns="name"), on="hh")
    truth = improved(whole)
    women, old = whole["sex"] == 2, whole["age"] >= 65
    assert value(outcome, "improved_water_people", sex="F").obs_value == pytest.approx(
        weighted(truth[women], whole["wt"][women]))
    assert value(outcome, "improved_water_people", age="Y_GE65").obs_value == pytest.approx(
        weighted(truth[old], whole["wt"][old]))
    headed = HOMES["headsex"] == 2
    assert value(outcome, "improved_water_households", sex="F").obs_value == pytest.approx(
        weighted(improved(HOMES)[headed], HOMES["wt"][headed]))


def test_displaced_and_not_displaced_stand_side_by_side(made) -> None:
    _imported, outcome, _folder, _log = made
    truth = improved(HOMES)
    for code, answers in (("DP", [1, 2]), ("ND", [0])):
        part = HOMES["moved"].isin(answers)
        found = value(outcome, "improved_water_households", displacement_status=code)
        assert found.obs_value == pytest.approx(weighted(truth[part], HOMES["wt"][part]))
    rows = outcome.package.observations
    assert set(rows["displacement_status"]) == {"_T", "DP", "ND", "_U"}


def test_a_value_says_by_which_criteria_it_was_made(made) -> None:
    _imported, outcome, _folder, _log = made
    slum = value(outcome, "slum_people", "asked")
    assert "improved water, improved sanitation, sufficient living space" in slum.method
    assert "secure tenure" not in slum.method
    assert value(outcome, "slum_people", "five").reason == "not-asked"
    told = {(each["indicator"], each["variant"]): each for each in outcome.document["indicators"]}
    used = [each["code"] for each in told["sdg_11_1_1", "asked"]["criteria"] if each["used"]]
    assert used == ["water", "sanitation", "living_area"]
    assert told["sdg_11_1_1", "five"]["reason"] == "not-asked"
    assert told["sdg_11_1_1", "asked"]["parameters"]["persons_per_room"] == 3.0


# --- the package


def test_the_package_is_whole_and_describes_the_survey(made) -> None:
    imported, outcome, folder, _log = made
    assert verify_package(folder / "out").problems == ()
    document = read_document(folder / "out", "survey.json")
    assert document is not None and document["code"] == "XXX-HS-2024"
    totals = document["design"]["totals"]
    assert (totals["strata"], totals["psus"], totals["households"], totals["persons"]) == (2, 40, 400, len(PEOPLE))
    assert [each["title"] for each in made[1].document["design"]["strata"]] == ["North", "South"]
    assert totals["sum_of_weights"] == pytest.approx(200 * 12.5 + 200 * 30)
    assert document["response"]["rate"] == pytest.approx(400 / 410, abs=1e-4)
    assert document["withheld"]["cells"] == len(outcome.package.observations) == sum(
        count for name, count in document["withheld"].items() if name != "cells")
    water = next(each for each in document["variables"] if each["standard"] == "water_source")
    assert (water["from"], water["known"], water["user_missing"], water["absent"]) == (["water"], 397, 3, 0)
    assert (imported.households, imported.persons) == (400, len(PEOPLE))
    assert {each["dimension"]: each["of"] for each in document["groups"]} == {
        "sex": "person", "age": "person", "displacement_status": "household", "tenure": "household"}


def test_the_codebook_is_ddi_and_comes_back(made) -> None:
    _imported, outcome, folder, _log = made
    book = read_ddi(folder / "out" / "ddi.xml")
    assert set(book) == {each["standard"] for each in outcome.document["variables"]}
    assert book["water_source"].values["borehole"] == "borehole or tube well" and book["members"].kind == "number"
    root = etree.parse(folder / "out" / "ddi.xml").getroot()
    order = ["labl", "respUnit", "qstn", "sumStat", "catgry", "derivation", "varFormat", "notes"]  # of the schema
    for variable in root.iterfind(".//{*}var"):
        tags = list(dict.fromkeys(etree.QName(each).localname for each in variable))
        assert tags == [tag for tag in order if tag in tags]
    assert [etree.QName(each).localname for each in root] == ["stdyDscr", "dataDscr"]
    assert [etree.QName(each).localname for each in root[0]] == ["citation", "stdyInfo", "method", "dataAccs"]


def test_nothing_of_a_person_is_in_package_notes_or_log(made) -> None:
    _imported, outcome, folder, log = made
    files = [path for path in folder.rglob("*") if path.is_file()]
    holding = {path.relative_to(folder).as_posix() for path in files if MARK.encode() in path.read_bytes()}
    assert holding == {"in/households.csv", "in/people.csv"}  # the files that were given
    assert MARK not in log and MARK not in repr(outcome)


def test_the_same_records_give_the_same_run_and_an_erasure_another(tmp_path, vault) -> None:
    few = SHORT.replace('"age", "displacement_status", "tenure"', '"age"')
    survey = write(tmp_path / "in", HOMES, PEOPLE, survey=few)
    import_survey(survey, vault, actor="t")
    first, second = (estimate(survey, vault, out=tmp_path / name, actor="t").package for name in ("a", "b"))
    assert first.run.id == second.run.id
    assert first.observations.equals(second.observations)
    vault.erase_household(f"{MARK}-399", actor="t", reason="asked for it")
    third = estimate(survey, vault, out=tmp_path / "c", actor="t")
    assert third.package.run.id != first.run.id
    assert third.document["design"]["totals"]["households"] == 399


def test_groups_inside_areas_are_asked_for(tmp_path, vault, made) -> None:
    _imported, whole, _folder, _log = made
    rows = whole.package.observations
    assert (rows.loc[rows["ref_area"] != "XTH", "tenure"] == "_T").all()
    few = SHORT.replace('groups = ["sex", "age", "displacement_status", "tenure"]',
                        'groups = ["tenure"]\narea_groups = ["tenure"]')
    survey = write(tmp_path / "in", HOMES, PEOPLE, survey=few)
    import_survey(survey, vault, actor="t")
    outcome = estimate(survey, vault, out=tmp_path / "out", actor="t")
    part = (HOMES["district"] == "south") & (HOMES["ten"] == 2)
    found = value(outcome, "without_water_households", area="XTH-S", tenure="RENT")
    assert found.obs_value == pytest.approx(weighted(1 - improved(HOMES)[part], HOMES["wt"][part]))
    with pytest.raises(UnknownNameError, match="group 'sex'"):
        read_survey(write(tmp_path / "in", HOMES, PEOPLE, survey=few.replace('area_groups = ["tenure"]',
                                                                             'area_groups = ["sex"]')))


def test_few_households_are_not_published(tmp_path, vault) -> None:
    homes = HOMES.assign(ten=np.where(HOMES.index % 80 == 5, 1, 2))
    survey = write(tmp_path / "in", homes, PEOPLE, survey=SHORT.replace(
        'groups = ["sex", "age", "displacement_status", "tenure"]', 'groups = ["tenure"]')
        + '\n[publication]\nrules = "none"\n')
    import_survey(survey, vault, actor="t")
    outcome = estimate(survey, vault, out=tmp_path / "out", actor="t")
    few = value(outcome, "without_sanitation_households", tenure="OWN")
    assert np.isnan(few.obs_value) and (few.obs_status, few.reason) == ("Q", "withheld") and few.conf_status != "F"
    assert outcome.document["withheld"]["disclosure"] > 0


def test_the_description_of_strata_does_not_tell_what_is_withheld(tmp_path, vault, made) -> None:
    north = HOMES.index[HOMES["district"] == "north"]
    homes = HOMES.drop(north[:-6])
    homes.loc[north[-6:], "block"] = [901, 901, 901, 902, 902, 902]
    survey = write(tmp_path / "in", homes, PEOPLE[PEOPLE["hh"].isin(homes["hh"])], survey=SHORT)
    import_survey(survey, vault, actor="t")
    outcome = estimate(survey, vault, out=tmp_path / "out", actor="t")
    assert value(outcome, "without_water_households", area="XTH-N").reason == "withheld"
    strata = outcome.document["design"]["strata"]
    told = {name: [each[name] for each in strata] for name in ("psus", "households", "persons", "sum_of_weights")}
    assert told == dict.fromkeys(told, [None, None])
    assert outcome.document["design"]["totals"]["households"] == 206
    assert [each["households"] for each in made[1].document["design"]["strata"]] == [200, 200]
    assert verify_package(tmp_path / "out").problems == ()


# --- bad input: each one clear error with its place


def bad(tmp_path, vault, *, homes=HOMES, people=PEOPLE, survey=SURVEY, mapping=MAPPING) -> EkisticsError:
    folder = write(tmp_path / "in", homes, people, survey=survey, mapping=mapping)
    with pytest.raises(EkisticsError) as caught:
        import_survey(folder, vault, actor="t")
        estimate(folder, vault, out=tmp_path / "out", actor="t")
    assert MARK not in str(caught.value)
    assert not (tmp_path / "out").exists()
    return caught.value


def test_weights_that_cannot_be_are_counted(tmp_path, vault) -> None:
    zero = HOMES["wt"].where(HOMES.index > 1, 0).where(HOMES.index != 5)
    error = bad(tmp_path, vault, homes=HOMES.assign(wt=zero))
    assert isinstance(error, InvalidValueError)
    assert "1 are missing, 2 are zero, 0 negative" in str(error) and "households.csv" in str(error)
    assert vault.surveys() == ()
    error = bad(tmp_path, vault, homes=HOMES.assign(wt=-HOMES["wt"]))
    assert "400 answers are negative" in str(error)


def test_a_stratum_of_one_unit_is_refused_until_something_is_said(tmp_path, vault) -> None:
    one = HOMES.assign(block=HOMES["block"].where(HOMES["district"] == "north", 99))
    error = bad(tmp_path, vault, homes=one)
    assert "lonely" in str(error) or "one" in str(error).lower()
    chosen = write(tmp_path / "again", one, PEOPLE, survey=SHORT.replace('psu = "block"',
                                                                         'psu = "block"\nlonely = "certainty"'))
    assert estimate(chosen, vault, out=tmp_path / "out", actor="t").document["design"]["lonely"] == "certainty"


def sized(name: str) -> str:
    return f'{MAPPING}\n[household.{name}]\nvariable = "big"\n'


@pytest.mark.parametrize(("change", "words"), [
    ({"mapping": MAPPING.replace('variable = "water"', 'variable = "watr"')}, "no variable 'watr'"),
    ({"mapping": MAPPING.replace("3 = \"surface\"", "4 = \"surface\"")}, "neither mapped nor said to be missing"),
    ({"mapping": MAPPING.replace("[household.weight]\nvariable = \"wt\"\n", "")}, "has no 'weight'"),
    ({"survey": SURVEY.replace('value = "south"', 'value = "sud"')}, "areas that the configuration does not name"),
    ({"people": PEOPLE.assign(hh=PEOPLE["hh"].where(PEOPLE.index > 3, f"{MARK}-none"))}, "belong to no household"),
    ({"homes": HOMES.assign(hh=HOMES["hh"].where(HOMES.index != 1, f"{MARK}-0"))}, "id that stands before"),
    ({"homes": HOMES.assign(block=HOMES["block"].where(HOMES.index > 2))}, "[household.psu], households.csv: 3 rows"),
    ({"homes": HOMES.assign(zone=HOMES["district"].where(HOMES.index > 3)),
      "mapping": MAPPING.replace('[household.stratum]\nvariable = "district"',
                                 '[household.stratum]\nvariable = "zone"')},
     "[household.stratum], households.csv: 4 rows have no id"),
    ({"homes": HOMES.assign(block=HOMES["block"] % 20)}, "[household.psu]: 20 units lie in two strata"),
    ({"homes": HOMES.assign(big=20.0 - (HOMES["district"] == "south")), "mapping": sized("psu_count")},
     "[household.psu_count]: In 1 of 2 strata or units the size of the population is not one number, or is less than"),
    ({"homes": HOMES.assign(big=np.where(HOMES.index == 7, np.nan, 99)), "mapping": sized("psu_count")}, "In 1 of 2"),
    ({"homes": HOMES.assign(big=np.where(HOMES.index == 7, 9, 99)), "mapping": sized("household_count")}, "In 1 of 40"),
    ({"survey": SURVEY.replace("2099-12-31", "soon")}, "not a day"),
    ({"survey": SURVEY.replace("[design]", "households = 9000\n\n[design]")}, "Expected 9000, got 8500"),
    ({"mapping": MAPPING.replace('variable = "district"\n\n[household.stratum]',
                                 'variable = "name"\n\n[household.stratum]')}, "Got other texts (400)"),
    ({"survey": SURVEY.replace('"sex", "age"', '"sexe", "age"')}, "Did you mean 'sex'"),
    ({"survey": SURVEY + "\n[rules.sdg_11_1_1]\npersons_per_rom = 2\n"}, "Did you mean 'persons_per_room'"),
    ({"survey": SURVEY + "\n[rules.sdg_11_1]\n"}, "indicator of people's records"),
    ({"survey": SURVEY.replace('code = "XTH-S"', 'code = "XTH-N"')}, "Two areas have one code"),
    ({"survey": SURVEY.replace("households.csv", "houses.csv")}, "not there")])
def test_bad_input_is_one_clear_error(tmp_path, vault, change, words) -> None:
    assert words in str(bad(tmp_path, vault, **change))


def test_an_area_without_a_household_says_so_and_a_group_that_was_not_asked_too(tmp_path, vault) -> None:
    survey = SHORT.replace('"age", "displacement_status", "tenure"', '"migrant_status"') + (
        '\n[[areas]]\nvalue = "east"\ncode = "XTH-E"\nname = "East"\n')
    folder = write(tmp_path / "in", HOMES, PEOPLE, survey=survey)
    import_survey(folder, vault, actor="t")
    outcome = estimate(folder, vault, out=tmp_path / "out", actor="t")
    rows = outcome.package.observations
    assert set(rows.loc[rows["ref_area"] == "XTH-E", "reason"]) == {"no-cases"}
    assert {"dimension": "migrant_status", "of": "", "codes": [], "note": "the survey did not ask for it"} in \
        outcome.document["groups"]


def test_households_without_a_person_in_the_list_are_counted(tmp_path, vault) -> None:
    survey = write(tmp_path / "in", HOMES, PEOPLE[~PEOPLE["hh"].isin(HOMES["hh"][:7])], survey=SHORT)
    assert import_survey(survey, vault, actor="t").without_people == 7


def test_check_tells_every_problem(tmp_path) -> None:
    folder = write(tmp_path / "in", HOMES, PEOPLE, mapping=MAPPING.replace('"water"', '"watr"').replace(
        'variable = "rooms"', 'variable = "roms"'))
    assert [problem.code for problem in check(folder)] == ["variable", "variable"]


def test_a_survey_that_is_not_in_the_vault_is_named(tmp_path, vault) -> None:
    folder = write(tmp_path / "in", HOMES, PEOPLE)
    with pytest.raises(UnknownNameError, match="XXX-HS-2024"):
        estimate(folder, vault, out=tmp_path / "out", actor="t")


# --- parts


def test_groups_of_age_and_thresholds_come_from_the_configuration(tmp_path) -> None:
    folder = write(tmp_path, HOMES, PEOPLE, survey=SURVEY.replace("[estimate]", "[estimate]\nages = [0, 5, 60]")
                   + "\n[rules.sdg_11_1_1]\npersons_per_room = 2\n")
    config = read_survey(folder)
    ages = person_frame(pd.DataFrame({"household_id": list("abcd"), "age": [4.0, 5.0, 60.0, np.nan]}), config)["age"]
    assert ages.tolist() [:3] == ["Y0T4", "Y5T59", "Y_GE60"] and pd.isna(ages[3])
    assert config.rules_of("sdg_11_1_1") == {"persons_per_room": 2}
    assert age_code(0, 5) == "Y0T4"
    with pytest.raises(ConfigurationError, match="begin with 0"):
        read_survey(write(tmp_path, HOMES, PEOPLE, survey=SURVEY.replace("[estimate]", "[estimate]\nages = [5, 1]")))


@pytest.mark.parametrize(("code", "series", "used"), [
    ("drinking_water", "improved_water_people", ["improved source"]),
    ("drinking_water", "basic_water_households", ["improved source", "round trip within the limit"]),
    ("drinking_water", "safe_water_people", ["improved source", "at home", "available when needed",
                                             "free of contamination"]),
    ("sanitation", "open_defecation_people", ["improved facility"]),
    ("sanitation", "limited_sanitation_people", ["improved facility", "not shared with other households"]),
    ("hygiene", "no_hygiene_people", ["place to wash hands"]),
    ("hygiene", "basic_hygiene_people", ["place to wash hands", "water at it", "soap at it"])])
def test_a_rung_of_a_ladder_says_which_criteria_entered_it_and_no_others(code, series, used) -> None:
    names = ("water_source", "water_location", "water_minutes", "water_available", "water_uncontaminated",
             "sanitation_facility", "sanitation_shared", "excreta_safe", "handwashing_facility", "handwashing_water",
             "handwashing_soap")
    judged = criteria(code, pd.DataFrame({name: [np.nan] for name in names}))
    assert method_text(spec(code), series, "known:most", judged).split("; ")[1:] == [", ".join(used)]


def test_every_series_whose_criteria_are_named_is_one_with_criteria_of_its_indicator() -> None:
    for code in people_indicators():
        known = {each.code for each in criteria(code, pd.DataFrame({"weight": [1.0]}))}
        keys = {each.code.removesuffix("_people").removesuffix("_households") for each in spec(code).series}
        assert set(entering(code)) <= keys and all(set(named) <= known for named in entering(code).values())


def test_a_method_fits_the_record_whatever_was_not_asked() -> None:
    judged = criteria("sdg_11_1_1", pd.DataFrame({"water_source": ["borehole"], "wall_material": ["dirt"],
                                                  "members": [1], "sleeping_rooms": [1]}))
    text = method_text(spec("sdg_11_1_1"), "slum_people", "asked:least", judged)
    assert len(text) <= 300 and reading_of("asked:least") == "asked"


# --- commands


def test_the_commands_lead_from_a_template_to_a_package(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("EKISTICS_HOME", str(tmp_path / "home"))
    run = CliRunner()
    assert run.invoke(app, ["households", "init", str(tmp_path / "new")]).exit_code == 0
    assert (tmp_path / "new" / "survey.toml").is_file()
    folder, safe = write(tmp_path / "in", HOMES, PEOPLE, survey=SHORT), tmp_path / "safe" / "v.vault"
    safe.parent.mkdir()
    key_file = tmp_path / "keys" / "v.key"
    key_file.parent.mkdir()
    keyed = ["--vault", str(safe), "--key-file", str(key_file)]
    for arguments in (["vault", "key", str(key_file)], ["vault", "create", str(safe), "--key-file", str(key_file)],
                      ["households", "check", str(folder)], ["households", "import", str(folder), *keyed]):
        done = run.invoke(app, arguments)
        assert done.exit_code == 0, done.output
        assert MARK not in done.output
    done = run.invoke(app, ["households", "estimate", str(folder), *keyed, "--out", str(tmp_path / "out"), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["cells"] > 0 and MARK not in done.output
    (folder / "mapping.toml").write_text(MAPPING.replace('"water"', '"watr"'))
    assert run.invoke(app, ["households", "check", str(folder)]).exit_code == 1
