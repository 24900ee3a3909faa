"""From what the stages measured to the results of every indicator; what cannot be computed says why."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import absent_rows
from ekistics.core.period import Period
from ekistics.core.reasons import Reason
from ekistics.indicators import (
    built_up_per_person,
    degree_of_urbanisation,
    intersection_density,
    population_density,
    sdg_11_2_1,
    sdg_11_3_1,
    sdg_11_6_2,
    sdg_11_7_1,
    specs,
    street_density,
)
from ekistics.jobs.city_config import CityConfig
from ekistics.jobs.profile.ground import latest
from ekistics.jobs.stages import StageRunner

Measure = Callable[[CityConfig, StageRunner], "pd.DataFrame | str"]


def all_results(config: CityConfig, runner: StageRunner) -> dict[str, pd.DataFrame]:
    """Compute every indicator of the registry.

    Parameters
    ----------
    config : CityConfig
        The city.
    runner : StageRunner
        Gives what was measured.

    Returns
    -------
    dict of str to pandas.DataFrame
        Indicator code to its result rows; absent values carry their reason.
    """
    found = {}
    for spec in specs():
        measure = MEASURES.get(spec.code)
        if measure is not None:
            found[spec.code] = _rows_or_reason(config, runner, spec, measure)
    return found


def _rows_or_reason(config: CityConfig, runner: StageRunner, spec: IndicatorSpec, measure: Measure) -> pd.DataFrame:
    rows = measure(config, runner)
    if isinstance(rows, str):
        areas = runner.get("areas")["frame"].index
        return absent_rows(areas, spec, rows, time_period=latest(config))
    return rows


def _urbanisation(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    cells = runner.get("cells")
    if cells["reason"]:
        return str(cells["reason"])
    return degree_of_urbanisation.compute(cells["frame"], time_period=str(cells["time_period"]))


def _pivot(frame: pd.DataFrame, quantity: str, value: str = "value") -> pd.DataFrame:
    """Turn the long table of one quantity into areas x periods, periods ascending."""
    wide = frame[frame["quantity"] == quantity].pivot(index="ref_area", columns="time_period", values=value)
    return wide[sorted(wide.columns, key=Period.parse)]


def known_totals(config: CityConfig, runner: StageRunner) -> pd.DataFrame:
    """Give the sums by area and time; a sum over ground of which too much has no data is not known.

    Parameters
    ----------
    config : CityConfig
        The city, with the limit.
    runner : StageRunner
        Gives the sums.

    Returns
    -------
    pandas.DataFrame
        The ``totals`` stage's table with ``value`` NaN where ``missing_share`` is above the limit.
    """
    sums = runner.get("totals")["frame"]
    missing = sums[["nodata_share", "outside_share"]].fillna(0.0).sum(axis=1)
    return sums.assign(missing_share=missing,
                       value=sums["value"].where(missing <= config.parameters.max_missing_share))


def _own(config: CityConfig, runner: StageRunner) -> pd.DataFrame:
    sums = known_totals(config, runner)
    return sums[sums["boundary"] == "boundary"]


def _explained(rows: pd.DataFrame, sums: pd.DataFrame, config: CityConfig) -> pd.DataFrame:
    """Say of absent values in areas with too much ground without data that this is why."""
    partly = set(sums.loc[sums["missing_share"] > config.parameters.max_missing_share, "ref_area"])
    here = rows["obs_value"].isna() & rows.index.isin(partly)
    return rows.assign(reason=rows["reason"].mask(here, str(Reason.NODATA_INSIDE)))


def _land_use(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    """Compute 11.3.1 within every boundary that is known: the profile's own, and the delineated ones."""
    sums = known_totals(config, runner)
    own = sums[sums["boundary"] == "boundary"]
    built_up, people = _pivot(own, "built_up_area"), _pivot(own, "population")
    if built_up.empty or people.empty:
        return str(Reason.NO_BUILT_UP if built_up.empty else Reason.NO_POPULATION)
    periods = [p for p in built_up.columns if p in people.columns]
    if len(periods) < 2:  # noqa: PLR2004 - a rate needs two dates
        several = min(len(built_up.columns), len(people.columns)) > 1
        return str(Reason.NO_COMMON_PERIOD if several else Reason.ONE_EPOCH)
    rule = runner.get("areas")["rule"]
    rule = "given" if rule == "population" else rule
    areas = runner.get("areas")["frame"].index
    rows = [_rates(config, built_up.reindex(areas)[periods], people.reindex(areas)[periods], boundary=rule)]
    centre = sums[sums["boundary"] == "centre"]
    for boundary, chosen in _centre_rules(centre, periods, skip=rule).items():
        extent = _pivot(chosen, "population", "area_m2")
        both = [p for p in _pivot(chosen, "built_up_area").columns if p in extent.columns]
        if len(both) > 1:
            inside, counted = _pivot(chosen, "built_up_area")[both], _pivot(chosen, "population")[both]
            rows.append(_rates(config, inside, counted, boundary=boundary))
            if boundary == "per_epoch":
                rows.append(_rates(config, extent[both], counted, boundary=boundary, quantity="urban_extent"))
    return _explained(pd.concat(rows), sums, config)


def _centre_rules(centre: pd.DataFrame, periods: list[str], *, skip: str) -> dict[str, pd.DataFrame]:
    """Give the sums of each delineated boundary; the first and last only where that very date has a centre."""
    found = set(centre["centre_period"])
    rules = {"per_epoch": centre[centre["centre_period"] == centre["time_period"]]} if found else {}
    for name, period in (("fixed_last", periods[-1]), ("fixed_first", periods[0])):
        if period in found:
            rules[name] = centre[centre["centre_period"] == period]
    return {name: rows for name, rows in rules.items() if name != skip}


def _rates(config: CityConfig, surface: pd.DataFrame, people: pd.DataFrame, *, boundary: str,
           quantity: str = "built_up_area") -> pd.DataFrame:
    u = config.uncertainty
    known = u.built_up_relative_sd is not None and u.population_relative_sd is not None
    errors = {"built_up_se": surface * u.built_up_relative_sd, "population_se": people * u.population_relative_sd,
              "time_correlation": u.time_correlation, "cross_correlation": u.cross_correlation, "draws": u.draws,
              "seed": u.seed} if known else {}
    return sdg_11_3_1.compute(surface, people, boundary=boundary, quantity=quantity, **errors)


def _transport(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    reason = runner.get("people")["reason"] or runner.get("stops")["reason"]
    if reason:
        return str(reason)
    frame = _people_with_distances(runner)
    missing = runner.get("streets")["reason"] or Reason.NO_TIMETABLE
    return sdg_11_2_1.compute(frame, low_m=config.parameters.low_capacity_m, high_m=config.parameters.high_capacity_m,
                              time_period=str(runner.get("people")["time_period"]), missing=str(missing))


def _people_with_distances(runner: StageRunner) -> pd.DataFrame:
    """Join the people of each place and group with that place's distances."""
    people = runner.get("people")["people"]
    return people.join(runner.get("access")["distances"], on="place")


def _open_space(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    land = runner.get("street_land")
    if land["reason"]:
        return str(land["reason"])
    columns = [f"open_space_{access}_m2" for access in ("public", "unknown", "private")]
    columns += [f"street_area_{bound}_m2" for bound in ("low", "mid", "high")]
    areas = land["frame"].reindex(columns=columns).assign(  # open space that is not mapped is not known, not zero
        built_up_area_m2=_newest_built_up(config, runner), urban_extent_m2=runner.get("areas")["frame"]["area_m2"])
    people = None if runner.get("people")["reason"] else _people_with_distances(runner)
    rows = sdg_11_7_1.compute(areas, people, distance_m=config.parameters.open_space_m,
                              time_period=str(runner.get("streets")["time_period"]),
                              population_period=str(runner.get("people").get("time_period", "")))
    return rows


def _newest_built_up(config: CityConfig, runner: StageRunner) -> pd.Series:
    """Give the newest built-up surface of each area; NaN where none is known."""
    wide = _pivot(_own(config, runner), "built_up_area")
    areas = runner.get("areas")["frame"].index
    return wide.iloc[:, -1].reindex(areas) if wide.shape[1] else pd.Series(np.nan, index=areas)


def _air(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    found = runner.get("air")
    if found["reason"]:
        return str(found["reason"])
    frame = found["frame"]
    missing = 1 - frame["population"] / frame["all_people"].where(frame["all_people"] > 0)
    partly = missing > config.parameters.max_missing_share
    rows = sdg_11_6_2.compute(frame.drop(columns="all_people").mask(partly), time_period=str(found["time_period"]))
    here = rows["obs_value"].isna() & rows.index.isin(frame.index[partly])
    return rows.assign(reason=rows["reason"].mask(here, str(Reason.NODATA_INSIDE)))


def _per_person(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    own = _own(config, runner)
    built_up, people = _pivot(own, "built_up_area"), _pivot(own, "population")
    if built_up.empty or people.empty:
        return str(Reason.NO_BUILT_UP if built_up.empty else Reason.NO_POPULATION)
    both = [p for p in built_up.columns if p in people.columns]
    if not both:
        return str(Reason.NO_COMMON_PERIOD)
    frames = {p: pd.DataFrame({"built_up_area_m2": built_up[p], "population": people[p]}) for p in both}
    rows = pd.concat([built_up_per_person.compute(frame, time_period=p) for p, frame in frames.items()])
    return _explained(rows, own, config)


def _population_density(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    """Compute the density of the newest people, over built-up ground of the same time only."""
    own = _own(config, runner)
    people, built_up = _pivot(own, "population"), _pivot(own, "built_up_area")
    if people.empty:
        return str(Reason.NO_POPULATION)
    areas, period = runner.get("areas")["frame"], people.columns[-1]
    nothing = pd.Series(np.nan, index=areas.index)
    frame = pd.DataFrame({"population": people[period].reindex(areas.index), "urban_extent_m2": areas["area_m2"],
                          "built_up_area_m2": built_up.get(period, nothing).reindex(areas.index)})
    rows = _explained(population_density.compute(frame, time_period=period), own, config)
    if built_up.empty or period in built_up.columns:
        return rows
    absent = rows["reason"] == str(Reason.NO_BUILT_UP)
    return rows.assign(reason=rows["reason"].mask(absent, str(Reason.NO_COMMON_PERIOD)))


def _surfaces(config: CityConfig, runner: StageRunner) -> pd.DataFrame:
    """Give the two surfaces that densities are of, in square metres."""
    areas = runner.get("areas")["frame"]
    return pd.DataFrame({"urban_extent_m2": areas["area_m2"], "built_up_area_m2": _newest_built_up(config, runner)})


def _intersections(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    land = runner.get("street_land")
    if land["reason"]:
        return str(land["reason"])
    frame = _surfaces(config, runner).assign(intersections=land["frame"]["intersections"])
    return intersection_density.compute(frame, time_period=str(runner.get("streets")["time_period"]))


def _streets(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    land = runner.get("street_land")
    if land["reason"]:
        return str(land["reason"])
    frame = _surfaces(config, runner).assign(street_length_m=land["frame"]["network_length_m"])
    return street_density.compute(frame, time_period=str(runner.get("streets")["time_period"]))


MEASURES: dict[str, Measure] = {
    "degree_of_urbanisation": _urbanisation,
    "sdg_11_2_1": _transport,
    "sdg_11_3_1": _land_use,
    "sdg_11_6_2": _air,
    "sdg_11_7_1": _open_space,
    "built_up_per_person": _per_person,
    "population_density": _population_density,
    "intersection_density": _intersections,
    "street_density": _streets,
}
