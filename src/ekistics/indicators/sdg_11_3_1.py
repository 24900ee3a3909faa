"""SDG 11.3.1: the ratio of land consumption rate to population growth rate."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import NOT_STATED, result_rows
from ekistics.core.period import Period
from ekistics.core.reasons import Reason
from ekistics.indicators._frames import concat_rows
from ekistics.indicators._land_use import (
    FORMULAS,
    Floats,
    Pairs,
    checked_amounts,
    common_periods,
    growth_rate,
    land_rate,
    land_reason,
    make_pairs,
    people_reason,
    rate_ratio,
    regime_numbers,
    regime_text,
)
from ekistics.indicators._propagation import Draws, intervals, standard_errors

__all__ = ["BOUNDARIES", "DRAWS", "QUANTITIES", "SPEC", "compute", "example_inputs", "regime_text", "variant_code"]

DRAWS = 10_000
SEED = 1131
Block = dict[str, npt.NDArray[Any]]
_FLOATS = ("obs_value", "numerator", "denominator", "se", "lci", "uci")
BOUNDARIES = {  # the profile's own boundary first: the other indicators stand within it too
    "given": "",
    "fixed_last": N_("Only ground that is city today counts, at every date; the country inside the given boundary does "
                     "not."),
    "fixed_first": N_("What was built outside the boundary of the first date is left out."),
    "per_epoch": N_("Land and people that the city swallowed count as growth."),
}
QUANTITIES = {"built_up_area": "", "urban_extent": N_("All ground of the city counts, open ground included.")}
_LOG_WHY = N_("The older formula takes the logarithm of land too, so land that grows much gives a smaller ratio.")
_TITLES = {
    "linear:given:built_up_area": N_("Linear; built-up area inside the given boundary"),
    "log:given:built_up_area": N_("Logarithmic; built-up area inside the given boundary"),
    "linear:fixed_last:built_up_area": N_("Linear; built-up area inside the boundary of the last date"),
    "log:fixed_last:built_up_area": N_("Logarithmic; built-up area inside the boundary of the last date"),
    "linear:fixed_first:built_up_area": N_("Linear; built-up area inside the boundary of the first date"),
    "log:fixed_first:built_up_area": N_("Logarithmic; built-up area inside the boundary of the first date"),
    "linear:per_epoch:built_up_area": N_("Linear; built-up area inside the boundary of each date"),
    "log:per_epoch:built_up_area": N_("Logarithmic; built-up area inside the boundary of each date"),
    "linear:given:urban_extent": N_("Linear; urban extent inside the given boundary"),
    "log:given:urban_extent": N_("Logarithmic; urban extent inside the given boundary"),
    "linear:fixed_last:urban_extent": N_("Linear; urban extent inside the boundary of the last date"),
    "log:fixed_last:urban_extent": N_("Logarithmic; urban extent inside the boundary of the last date"),
    "linear:fixed_first:urban_extent": N_("Linear; urban extent inside the boundary of the first date"),
    "log:fixed_first:urban_extent": N_("Logarithmic; urban extent inside the boundary of the first date"),
    "linear:per_epoch:urban_extent": N_("Linear; urban extent of each date"),
    "log:per_epoch:urban_extent": N_("Logarithmic; urban extent of each date"),
}


def variant_code(formula: str, boundary: str, quantity: str = "built_up_area") -> str:
    """Give the code of a variant: formula, boundary rule and measured quantity, joined by colons.

    Parameters
    ----------
    formula : str
        ``linear`` or ``log``.
    boundary : str
        One of :data:`BOUNDARIES`.
    quantity : str
        One of :data:`QUANTITIES`.

    Returns
    -------
    str
        The code.

    Raises
    ------
    UnknownNameError
        A part is not in its list.

    Examples
    --------
    >>> variant_code("linear", "fixed_last")
    'linear:fixed_last:built_up_area'
    """
    for name, known, what in ((formula, FORMULAS, _("formula")), (boundary, BOUNDARIES, _("boundary rule")),
                              (quantity, QUANTITIES, _("quantity"))):
        if name not in known:
            raise UnknownNameError.among(name, list(known), what=what, where="sdg_11_3_1")
    return f"{formula}:{boundary}:{quantity}"


def _variant(code: str) -> Variant:
    formula, boundary, quantity = code.split(":")
    why = _LOG_WHY if formula == "log" else BOUNDARIES[boundary] or QUANTITIES[quantity]
    return Variant(code, _TITLES[code], why=why)


def _codes(quantity: str) -> tuple[str, ...]:
    return tuple(variant_code("linear", boundary, quantity) for boundary in BOUNDARIES)


SPEC = IndicatorSpec(
    code="sdg_11_3_1",
    number="11.3.1",
    title=N_("Land use efficiency"),
    question=N_("Does the city use land faster than its population grows?"),
    definition=N_("The rate at which land is consumed, divided by the rate at which population grows, between two "
                  "dates. Each value names three things, in this order: the formula of the land rate (linear or "
                  "logarithmic), the boundary (of the last date, of the first date, delineated at each date, or as "
                  "given) and what was measured (the built-up area inside the boundary, or the urban extent)."),
    method=MethodEdition("UN-Habitat", "SDG indicator metadata 11.3.1", "2021-03",
                         "method of computation: land rate linear, population rate logarithmic; beside it both "
                         "logarithmic, as in editions before"),
    series=(
        SeriesSpec("ratio", N_("Land consumption rate to population growth rate"), "RO",
                   base=N_("population growth rate"), aggregation="none", headline=True),
        SeriesSpec("land_consumption_rate", N_("Land consumption rate"), "PT_Y",
                   base=N_("land of the named quantity at the first date"), aggregation="none"),
        SeriesSpec("population_growth_rate", N_("Population growth rate"), "PT_Y",
                   base=N_("people living inside the boundary"), aggregation="none"),
        SeriesSpec("built_up_per_person", N_("Built-up area per person"), "M2_PS",
                   base=N_("people living inside the boundary"), lower=0.0, variants=_codes("built_up_area")),
        SeriesSpec("total_change_built_up", N_("Change in built-up area"), "PT",
                   base=N_("built-up area at the first date"), lower=-100.0, variants=_codes("built_up_area")),
        SeriesSpec("urban_extent_per_person", N_("Urban extent per person"), "M2_PS",
                   base=N_("people living inside the boundary"), lower=0.0, variants=_codes("urban_extent")),
        SeriesSpec("total_change_urban_extent", N_("Change in urban extent"), "PT",
                   base=N_("urban extent at the first date"), lower=-100.0, variants=_codes("urban_extent")),
        SeriesSpec("regime", N_("Regime of land use"), "NUMBER", lower=1.0, upper=17.0, aggregation="none"),
        SeriesSpec("regime_certainty", N_("Draws in the same regime"), "PT", base=N_("random draws of the inputs"),
                   lower=0.0, upper=100.0, aggregation="none"),
    ),
    variants=tuple(_variant(code) for code in _TITLES),
    inputs=("built_up", "population", "boundary"),
    source="https://unstats.un.org/sdgs/metadata/files/Metadata-11-03-01.pdf",
)


def compute(built_up: pd.DataFrame, population: pd.DataFrame, *, boundary: str = "fixed_last",  # noqa: PLR0913 - each input of the draws is named by the caller
            quantity: str = "built_up_area", built_up_se: pd.DataFrame | float | None = None,
            population_se: pd.DataFrame | float | None = None, time_correlation: float = 0.8,
            cross_correlation: float = 0.5, draws: int = DRAWS, seed: int = SEED) -> pd.DataFrame:
    r"""Compute the ratio of land consumption rate to population growth rate, by both formulas.

    Between consecutive dates, and between the first and the last: the rate at which land is consumed inside the named
    boundary, the rate at which population grows inside it, and their ratio. Both live formulas of the land rate are
    given.

    .. math::

        LCR_{linear} = (V_2 - V_1) / (V_1 T), \quad LCR_{log} = \ln(V_2 / V_1) / T, \quad PGR = \ln(P_2 / P_1) / T

    with :math:`V` land, :math:`P` people and :math:`T` years; the ratio is :math:`LCR / PGR`.

    Parameters
    ----------
    built_up : pandas.DataFrame, shape (n_areas, n_dates)
        Land of the named quantity in square metres, measured in an equal-area CRS, by ``ref_area``; columns are dates
        in SDMX form, ascending. Missing values are allowed.
    population : pandas.DataFrame, shape (n_areas, n_dates)
        People, same areas; dates that only one table has are left out.
    boundary : str, default "fixed_last"
        Which boundary the amounts were measured in, one of :data:`BOUNDARIES`.
    quantity : str, default "built_up_area"
        What was measured, one of :data:`QUANTITIES`.
    built_up_se, population_se : pandas.DataFrame or float, optional
        Standard errors in the unit of the amounts, or one fraction of each amount (0.05 is 5 %).
    time_correlation, cross_correlation : float
        Correlation of one quantity's errors between two dates, and of land's errors with population's.
    draws, seed : int
        Number of random draws, and their seed.

    Returns
    -------
    pandas.DataFrame
        Result rows indexed by ``ref_area``. Under both formulas: ``ratio``, ``land_consumption_rate`` and
        ``population_growth_rate`` (percent a year), ``regime`` (1 to 17, see :func:`regime_text`) and, with draws,
        ``regime_certainty``. Under ``linear`` only, because no formula enters: land per person at each date and total
        change. NaN with its reason where a value cannot be; the ratio where population does not change.

    Raises
    ------
    InputFormatError
        The two tables have different areas, or an area stands twice.
    InvalidValueError
        A date is not a period or out of order, an amount is negative or infinite, or correlations cannot hold together.
    UnknownNameError
        The boundary rule or quantity is not in its list.

    Notes
    -----
    Method: UN-Habitat, SDG indicator metadata 11.3.1 of March 2021 (linear land rate over logarithmic population rate);
    editions before it, and Trends.Earth still, take both logarithmic. Intervals are the 2.5 and 97.5 percent
    points of the draws (normal, as in the City A experiment of J. R. Santillan, 2026). Where population growth may be
    zero, that of the ratio is wide, rightly, and may leave out one side of infinity: read it with
    ``regime_certainty``. A ratio of two negative rates is positive: read it with the regime.
    Golden cases: ``golden/sdg_11_3_1.toml``.

    Examples
    --------
    >>> land, people = pd.DataFrame({"2000": [100e6], "2005": [130e6]}, ["A"]), pd.DataFrame({"2000": [1.0e6],
    ...                                                                                       "2005": [1.2e6]}, ["A"])
    >>> rows = compute(land, people, boundary="given")
    >>> rows[rows["series"] == "ratio"][["variant", "obs_value"]].round(4).values.tolist()
    [['linear:given:built_up_area', 1.6454], ['log:given:built_up_area', 1.439]]
    """
    codes = {formula: variant_code(formula, boundary, quantity) for formula in FORMULAS}
    land = checked_amounts(built_up, built_up, where="built_up")
    people = checked_amounts(population, built_up, where="population")
    periods = common_periods(land, people)
    errors = (standard_errors(built_up_se, land, where="built_up_se"),
              standard_errors(population_se, people, where="population_se"))
    blocks = [_per_person(land, people, p, quantity, codes["linear"]) for p in periods]
    if len(periods) < 2:
        none = np.full(len(land), np.nan)
        blocks += [_block(land.index, none, "ratio", code, str(Reason.ONE_EPOCH),
                          time_period="".join(p.text for p in periods)) for code in codes.values()]
        return _one_table(blocks)
    pairs = make_pairs(periods, land, people, *errors)
    drawn = (intervals(pairs, Draws(time_correlation, cross_correlation, draws, seed)) if np.any(pairs.errors > 0)
             else {})
    for formula, code in codes.items():
        blocks += _rate_blocks(pairs, drawn, formula, code)
    return _one_table([*blocks, _change(pairs, drawn, quantity, codes["linear"])])


def _per_person(land: pd.DataFrame, people: pd.DataFrame, period: Period, quantity: str, code: str) -> Block:
    series = "built_up_per_person" if quantity == "built_up_area" else "urban_extent_per_person"
    ground, count = (frame[period.text].to_numpy() for frame in (land, people))
    values = np.divide(ground, count, out=np.full_like(ground, np.nan), where=count > 0)
    reason = np.where(count == 0, str(Reason.ZERO_POPULATION), str(Reason.OUTSIDE_DATA))
    return _block(land.index, values, series, code, reason, time_period=period.text, numerator=ground,
                  denominator=count)


def _rate_blocks(pairs: Pairs, drawn: dict[str, Floats], formula: str, code: str) -> list[Block]:
    v1, v2, p1, p2 = pairs.amounts.T
    land, people = land_rate(v1, v2, pairs.years, formula), growth_rate(p1, p2, pairs.years)
    no_land, no_people = land_reason(pairs, formula), people_reason(pairs)
    either = np.where(no_land != "", no_land, no_people)
    no_ratio = np.where(either != "", either, str(Reason.ZERO_GROWTH))
    land_parts = ((v2 - v1) / pairs.years, v1) if formula == "linear" else (pairs.years * land, pairs.years)
    blocks = [
        _paired(pairs, rate_ratio(land, people), "ratio", code, no_ratio, **_interval(drawn.get(f"ratio:{formula}")),
                numerator=100 * land, denominator=100 * people),
        _paired(pairs, 100 * land, "land_consumption_rate", code, no_land, numerator=land_parts[0],
                denominator=land_parts[1], **_interval(drawn.get(f"land:{formula}"), 100)),
        _paired(pairs, 100 * people, "population_growth_rate", code, no_people, numerator=pairs.years * people,
                denominator=pairs.years, **_interval(drawn.get("people"), 100)),
        _paired(pairs, regime_numbers(land, people), "regime", code, either),
    ]
    if drawn:
        count, of, _none = drawn[f"regime:{formula}"].T
        why = np.where(either != "", either, str(Reason.NOT_POSITIVE))
        blocks.append(_paired(pairs, 100 * count / of, "regime_certainty", code, why, numerator=count, denominator=of))
    return blocks


def _change(pairs: Pairs, drawn: dict[str, Floats], quantity: str, code: str) -> Block:
    first, last = pairs.amounts[:, 0], pairs.amounts[:, 1]
    series = "total_change_built_up" if quantity == "built_up_area" else "total_change_urban_extent"
    return _paired(pairs, 100 * pairs.years * land_rate(first, last, pairs.years, "linear"), series, code,
                   land_reason(pairs, "linear"), numerator=last - first, denominator=first,
                   **_interval(drawn.get("change"), 100))


def _interval(found: Floats | None, scale: float = 1.0) -> dict[str, Any]:
    if found is None:
        return {}
    se, lci, uci = scale * found.T
    return {"se": se, "lci": lci, "uci": uci,
            "uncertainty": np.where(np.isnan(lci), NOT_STATED, "monte-carlo").astype(object)}


def _paired(pairs: Pairs, values: Floats, series: str, code: str, reason: Any, **columns: Any) -> Block:
    return _block(pairs.areas, values, series, code, reason, time_period=pairs.time_period, **columns)


def _block(areas: pd.Index, values: Floats, series: str, code: str, reason: Any,
           **columns: Any) -> Block:
    """Lay the columns of one series along its rows; what is not given is its default."""
    given = {"obs_value": values, "series": series, "variant": code, "reason": reason, "uncertainty": NOT_STATED,
             **dict.fromkeys(("numerator", "denominator", "se", "lci", "uci"), np.nan), **columns}
    kinds = {name: float if name in _FLOATS else object for name in given}
    return {"ref_area": areas.to_numpy(dtype=object), **{
        name: np.broadcast_to(np.asarray(value, dtype=kinds[name]), len(areas)) for name, value in given.items()}}


def _one_table(blocks: list[Block]) -> pd.DataFrame:
    """Put the blocks one after the other: one table is built, because building many takes most of the time."""
    columns: dict[str, Any] = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    if not len(columns["ref_area"]):
        return concat_rows([])
    values = pd.Series(columns.pop("obs_value").astype(float), index=columns.pop("ref_area"))
    return result_rows(values, **columns)


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    areas = pd.Index(["A", "B", "C"], name="ref_area")
    built_up = pd.DataFrame({"2000": [53.0e6, 4.0e6, 2.5e6], "2010": [61.5e6, 4.1e6, 2.5e6],
                             "2020": [66.0e6, 4.0e6, 3.0e6]}, index=areas)
    population = pd.DataFrame({"2000": [320_000.0, 21_000.0, 9_000.0], "2010": [330_000.0, 20_000.0, 9_500.0],
                               "2020": [352_000.0, 19_500.0, 9_400.0]}, index=areas)
    return {"built_up": built_up, "population": population, "built_up_se": 0.05, "population_se": 0.02, "draws": 500}
