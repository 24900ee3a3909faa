"""SDG 11.3.1: what is refused, what is absent, what the draws do. Values are in the golden cases.

Requirements: R1 both formulas, always; R2 dates in pairs, and first with last; R3 no ratio without growth; R4 draws are
seeded, of one area only, and never change the value; R5 the boundary and the quantity are named.
"""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import InputFormatError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import use_language
from ekistics.core.observation import observations
from ekistics.indicators._propagation import Draws, standard_normal
from ekistics.indicators.sdg_11_3_1 import SPEC, compute, example_inputs, regime_text, variant_code

LAND = pd.DataFrame({"2000": [53e6], "2010": [61.5e6]}, index=["A"])
PEOPLE = pd.DataFrame({"2000": [320_000.0], "2010": [330_000.0]}, index=["A"])


def pick(rows: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return rows


def test_r1_both_formulas_stand_side_by_side() -> None:
    ratio = pick(compute(LAND, PEOPLE), series="ratio")
    assert ratio["variant"].tolist() == ["linear:fixed_last:built_up_area", "log:fixed_last:built_up_area"]
    assert (ratio["obs_value"] * ratio["denominator"]).tolist() == pytest.approx(ratio["numerator"].tolist())


def test_r2_consecutive_dates_and_the_first_with_the_last() -> None:
    rows = compute(**example_inputs())
    periods = pick(rows, series="ratio", variant="log:fixed_last:built_up_area").loc["A", "time_period"]
    assert periods.tolist() == ["2000-01-01/P10Y", "2010-01-01/P10Y", "2000-01-01/P20Y"]
    two = compute(LAND, PEOPLE)
    assert pick(two, series="ratio")["time_period"].unique().tolist() == ["2000-01-01/P10Y"]


def test_r2_a_date_of_one_table_only_is_left_out() -> None:
    rows = compute(LAND.assign(**{"2020": [70e6]}), PEOPLE)
    assert not rows["time_period"].str.contains("2020").any()


def test_r2_one_date_gives_land_per_person_and_the_reason_why_no_more() -> None:
    rows = compute(LAND[["2010"]], PEOPLE[["2010"]])
    assert pick(rows, series="built_up_per_person")["obs_value"].tolist() == pytest.approx([61.5e6 / 330_000])
    ratio = pick(rows, series="ratio")
    assert ratio["reason"].tolist() == ["one-epoch"] * 2 and ratio["obs_value"].isna().all()
    assert ratio["time_period"].tolist() == ["2010"] * 2


def test_r3_no_ratio_without_growth_but_both_rates() -> None:
    rows = compute(LAND, PEOPLE.assign(**{"2010": PEOPLE["2000"]}))
    assert pick(rows, series="ratio")["reason"].unique().tolist() == ["zero-growth"]
    assert pick(rows, series="population_growth_rate")["obs_value"].tolist() == [0.0, 0.0]
    assert pick(rows, series="land_consumption_rate")["obs_value"].notna().all()
    assert pick(rows, series="regime")["obs_value"].tolist() == [15.0, 15.0]


def test_r4_same_seed_same_interval_and_the_value_is_untouched() -> None:
    plain = compute(LAND, PEOPLE)
    first, again = (compute(LAND, PEOPLE, built_up_se=0.05, population_se=0.1, draws=2000, seed=7) for _ in range(2))
    other = compute(LAND, PEOPLE, built_up_se=0.05, population_se=0.1, draws=2000, seed=8)
    pd.testing.assert_frame_equal(first, again)
    rate = {"series": "land_consumption_rate", "variant": "linear:fixed_last:built_up_area"}
    assert pick(first, **rate)["lci"].item() != pick(other, **rate)["lci"].item()
    assert pick(first, **rate)["obs_value"].item() == pick(plain, **rate)["obs_value"].item()
    assert pick(first, **rate)["uncertainty"].item() == "monte-carlo"
    assert pick(plain, **rate)["uncertainty"].item() == "not-stated"
    assert "regime_certainty" not in set(plain["series"])


def test_r4_errors_as_a_table_equal_errors_as_a_fraction() -> None:
    table = compute(LAND, PEOPLE, built_up_se=LAND * 0.05, draws=500)
    fraction = compute(LAND, PEOPLE, built_up_se=0.05, draws=500)
    pd.testing.assert_frame_equal(table, fraction)


def test_r4_an_exact_population_has_no_width() -> None:
    rows = compute(LAND, PEOPLE, built_up_se=0.05, draws=500)
    growth = pick(rows, series="population_growth_rate")
    assert (growth["uci"] - growth["lci"]).max() == pytest.approx(0, abs=1e-12)


def test_r4_land_that_was_not_there_has_no_interval() -> None:
    rows = compute(LAND.assign(**{"2000": [0.0]}), PEOPLE, built_up_se=0.05, population_se=0.1, draws=500)
    assert rows[rows["obs_value"].isna()][["lci", "uci", "se"]].isna().to_numpy().all()


def test_r4_correlations_that_cannot_hold_together_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="correlations cannot hold together"):
        compute(LAND, PEOPLE, built_up_se=0.05, time_correlation=0.0, cross_correlation=0.9)


def test_r4_perfect_correlation_is_allowed() -> None:
    rows = compute(LAND, PEOPLE, built_up_se=0.05, population_se=0.1, time_correlation=1.0, cross_correlation=0.0,
                   draws=500)
    growth = pick(rows, series="population_growth_rate")
    assert growth["lci"].tolist() == pytest.approx(growth["uci"].tolist())


def test_r4_a_negative_error_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="standard error"):
        compute(LAND, PEOPLE, built_up_se=-0.05)


def test_r5_quantity_and_boundary_are_named() -> None:
    rows = compute(LAND, PEOPLE, boundary="per_epoch", quantity="urban_extent")
    assert set(rows["variant"]) == {"linear:per_epoch:urban_extent", "log:per_epoch:urban_extent"}
    assert {"urban_extent_per_person", "total_change_urban_extent"} <= set(rows["series"])
    assert not any("built_up" in name for name in rows["series"])


def test_r5_every_variant_code_is_in_the_spec() -> None:
    assert len(SPEC.variants) == 16
    assert SPEC.variants[0].code == variant_code("linear", "given")
    assert len({v.title for v in SPEC.variants}) == 16


@pytest.mark.parametrize(("name", "value"), [("boundary", "fixed-last"), ("quantity", "builtup_area")])
def test_r5_an_unknown_name_is_refused_with_the_nearest(name: str, value: str) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean"):
        compute(LAND, PEOPLE, **{name: value})


def test_observations_carry_unit_and_base() -> None:
    table = observations(compute(LAND, PEOPLE), SPEC, run="r")
    change = table[table["series"] == "total_change_built_up"]
    assert change["unit_measure"].tolist() == ["PT"] and change["base"].tolist() == ["built-up area at the first date"]


@pytest.mark.parametrize("columns", [["2010", "2000"], ["2010", "2010"]])
def test_dates_out_of_order_or_twice_are_refused(columns: list) -> None:
    wrong = LAND.copy()
    wrong.columns = columns
    with pytest.raises(InvalidValueError, match="different and ascending"):
        compute(wrong, PEOPLE)


def test_a_column_that_is_no_date_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="not a time period"):
        compute(LAND.rename(columns={"2010": "later"}), PEOPLE)


def test_different_areas_are_refused() -> None:
    with pytest.raises(InputFormatError, match="same areas"):
        compute(LAND, PEOPLE.rename(index={"A": "B"}))


@pytest.mark.parametrize("value", [-1.0, np.inf])
def test_land_that_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(InvalidValueError, match="negative or infinite"):
        compute(LAND.assign(**{"2010": [value]}), PEOPLE)


def test_integer_dates_and_people_are_taken() -> None:
    rows = compute(LAND.rename(columns=int), PEOPLE.astype(int).rename(columns=int))
    pd.testing.assert_frame_equal(rows, compute(LAND, PEOPLE))


def test_seventeen_regimes_have_words_of_their_own() -> None:
    assert len({regime_text(n) for n in range(1, 18)}) == 17
    for wrong in (0, 18, 1.5):
        with pytest.raises(UnknownNameError):
            regime_text(wrong)


def test_regimes_are_translated() -> None:
    import gettext

    class Marked(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"[{message}]"

    with use_language(Marked()):
        assert regime_text(3).startswith("[")


@pytest.mark.parametrize("turn", [0.3, 1.1, 2.5])
def test_draws_do_not_depend_on_the_eigenvectors_that_a_library_chooses(monkeypatch: pytest.MonkeyPatch,
                                                                        turn: float) -> None:
    """Without cross-correlation the eigenvalues come in equal pairs, and any turn of their vectors is as right."""
    how = Draws(time_correlation=0.6, cross_correlation=0.0, draws=200, seed=7)
    plain = standard_normal(how)
    values, vectors = np.linalg.eigh(np.array([[1, 0.6, 0, 0], [0.6, 1, 0, 0], [0, 0, 1, 0.6], [0, 0, 0.6, 1.0]]))
    turned = vectors.copy()
    for i in (0, 2):
        a, b = vectors[:, i], vectors[:, i + 1]
        turned[:, i], turned[:, i + 1] = np.cos(turn) * a + np.sin(turn) * b, np.cos(turn) * b - np.sin(turn) * a
    monkeypatch.setattr(np.linalg, "eigh", lambda _matrix: (values, turned))
    np.testing.assert_allclose(standard_normal(how), plain, atol=1e-12)
