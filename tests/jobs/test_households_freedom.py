"""Which degrees of freedom the intervals of a survey's values count, and how its values say so."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ekistics.core.errors import UnknownNameError
from ekistics.indicators import spec
from ekistics.indicators.households import cells
from ekistics.jobs.households import estimate, import_survey
from ekistics.jobs.households.config import read_survey
from ekistics.jobs.households.reliability import with_verdicts
from ekistics.survey.publication import rules
from ekistics.vault import Vault, make_key_file
from tests.jobs.household_survey import SURVEY, frames, write

BACK = SURVEY.replace("[design]", '[design]\ndegrees_of_freedom = "units"')
HOMES, PEOPLE = frames()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, object]:
    """Estimate one survey as it comes and with the key that goes back."""
    folder = tmp_path_factory.mktemp("freedom")
    for name in ("keys", "safe"):
        (folder / name).mkdir()
    made = {}
    with Vault.create(folder / "safe" / "v.vault", make_key_file(folder / "keys" / "v.key")) as vault:
        import_survey(write(folder / "in", HOMES, PEOPLE), vault, actor="t")
        for name, text in (("satterthwaite", SURVEY), ("units", BACK)):
            survey = write(folder / "in", HOMES, PEOPLE, survey=text)
            made[name] = estimate(survey, vault, out=folder / f"{name}-out", actor="t")
    return made


def share(outcome, area: str) -> pd.Series:
    rows = outcome.package.observations
    every = np.logical_and.reduce([rows[name] == "_T" for name in ("sex", "age", "displacement_status", "tenure")])
    found = rows[every & (rows["series"] == "improved_water_households") & (rows["variant"] == "known")
                 & (rows["ref_area"] == area)]
    assert len(found) == 1
    return found.iloc[0]


def by_hand() -> tuple[float, float, np.ndarray]:
    """Give the share of improved water, its variance and Satterthwaite's count by plain pandas."""
    truth = HOMES["water"].map({1: 1.0, 2: 1.0, 3: 0.0, 9: np.nan})
    known = HOMES[truth.notna()].assign(truth=truth)
    p = (known["truth"] * known["wt"]).sum() / known["wt"].sum()
    known["u"] = known["wt"] * (known["truth"] - p) / known["wt"].sum()
    totals = known.groupby(["district", "block"])["u"].sum()
    parts, counts = (totals.groupby("district").agg(each) for each in ("var", "count"))
    parts = parts * counts
    return p, parts.sum(), np.array([parts.sum() ** 2 / (parts**2 / (counts - 1)).sum(), (counts - 1).sum()])


def test_intervals_are_those_of_plain_sums(outcomes) -> None:
    p, variance, df = by_hand()
    assert df[0] < df[1] - 1  # so that the one is not taken for the other
    half = stats.t.ppf(0.975, df) * np.sqrt(variance) / (p * (1 - p))
    centre = np.log(p / (1 - p))
    for name, width in zip(("satterthwaite", "units"), half, strict=True):
        found = share(outcomes[name], "XTH")
        expected = [100 / (1 + np.exp(-(centre + sign * width))) for sign in (-1, 1)]
        assert [found.lci, found.uci] == pytest.approx(expected, rel=1e-9)


def test_nothing_else_changes(outcomes) -> None:
    one, two = (outcomes[name].package.observations for name in ("satterthwaite", "units"))
    same = [name for name in one.columns if name not in ("lci", "uci", "method", "run")]
    pd.testing.assert_frame_equal(one[same], two[same])
    wider = (one["uci"] - one["lci"]) - (two["uci"] - two["lci"])
    assert (wider.dropna() > -1e-9).all()
    assert (wider > 1e-6).any()


def test_rules_of_publication_read_units_less_strata_whatever_intervals_count() -> None:
    """Ten strata of two units: 10 are above the limit of 8 of the rules, what carries the variance is below it."""
    rng = np.random.default_rng(3)
    stratum = np.repeat(np.arange(10), 100)
    homes = pd.DataFrame({"household_id": np.arange(1000).astype(str), "ref_area": "XTH", "weight": 1.0, "members": 3.0,
                          "stratum": stratum, "psu": np.arange(1000) // 50,
                          "water_source": np.where(rng.random(1000) < 0.5, "borehole", "surface")})
    units, parts = (with_verdicts(cells("drinking_water", homes, how={"degrees_of_freedom": rule}),
                                  spec("drinking_water"), rules("nchs-2017")) for rule in ("units", "satterthwaite"))
    share = ((units["series"] == "improved_water_households") & (units["variant"] == "known")).to_numpy()
    assert share.sum() == 1 and units.loc[share, "df"].item() == 10
    width = {name: (rows["uci"] - rows["lci"])[share].item() for name, rows in (("units", units), ("parts", parts))}
    assert width["parts"] > width["units"] * stats.t.ppf(0.975, 8) / stats.t.ppf(0.975, 10)  # fewer than 8 counted
    same = [name for name in units.columns if name not in ("lci", "uci")]
    pd.testing.assert_frame_equal(units[same], parts[same])
    assert parts.loc[share, "obs_status"].item() == "A"


def test_values_and_run_say_what_was_counted(outcomes) -> None:
    for name, words in (("satterthwaite", "; intervals by Satterthwaite; "),
                        ("units", "; intervals by units less strata; ")):
        outcome = outcomes[name]
        assert words in share(outcome, "XTH").method
        assert all(words in f"{each['method']}; " for each in outcome.document["indicators"])
        assert outcome.document["design"]["degrees_of_freedom"] == name
        written = (outcome.folder / "ddi.xml").read_text("utf-8")
        assert f"<EstSmpErr>taylor{words.rstrip('; ')}</EstSmpErr>" in written
        assert outcome.package.run.parameters["degrees_of_freedom"] == name
    assert outcomes["units"].package.run.id != outcomes["satterthwaite"].package.run.id


def test_a_count_that_does_not_exist_is_refused_with_its_place(tmp_path) -> None:
    survey = write(tmp_path, HOMES, PEOPLE, survey=BACK.replace('"units"', '"unit"'))
    with pytest.raises(UnknownNameError, match=r"design.degrees_of_freedom: .*Did you mean 'units'"):
        read_survey(survey)
