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


def _land_use(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    """Compute 11.3.1 within every boundary that is known: the profile's own, and the delineated ones."""
    sums = runner.get("totals")["frame"]
    own = sums[sums["boundary"] == "boundary"]
    built_up, people = _pivot(own, "built_up_area"), _pivot(own, "population")
    if built_up.empty or people.empty:
        return str(Reason.NO_BUILT_UP if built_up.empty else Reason.NO_POPULATION)
    periods = [p for p in built_up.columns if p in people.columns]
    if len(periods) < 2:  # noqa: PLR2004 - a rate needs two dates
        return str(Reason.ONE_EPOCH)
    rule = runner.get("areas")["rule"]
    rule = "given" if rule == "population" else rule
    areas = runner.get("areas")["frame"].index
    rows = [_rates(config, built_up.reindex(areas)[periods], people.reindex(areas)[periods], boundary=rule)]
    centre = sums[sums["boundary"] == "centre"]
    for boundary, chosen in _centre_rules(centre, skip=rule).items():
        extent = _pivot(chosen, "population", "area_m2")
        both = [p for p in _pivot(chosen, "built_up_area").columns if p in extent.columns]
        if len(both) > 1:
            inside, counted = _pivot(chosen, "built_up_area")[both], _pivot(chosen, "population")[both]
            rows.append(_rates(config, inside, counted, boundary=boundary))
            if boundary == "per_epoch":
                rows.append(_rates(config, extent[both], counted, boundary=boundary, quantity="urban_extent"))
    return pd.concat(rows)


def _centre_rules(centre: pd.DataFrame, *, skip: str) -> dict[str, pd.DataFrame]:
    if centre.empty:
        return {}
    periods = sorted(centre["centre_period"].unique(), key=Period.parse)
    rules = {"fixed_last": centre[centre["centre_period"] == periods[-1]],
             "fixed_first": centre[centre["centre_period"] == periods[0]],
             "per_epoch": centre[centre["centre_period"] == centre["time_period"]]}
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
    if land["open_space_reason"]:
        return str(land["open_space_reason"])
    frame = land["frame"].join(_built_up_now(runner)).join(runner.get("areas")["frame"]["area_m2"])
    areas = pd.DataFrame({
        "open_space_public_m2": frame["open_space_public_m2"], "open_space_unknown_m2": frame["open_space_unknown_m2"],
        "open_space_private_m2": frame["open_space_private_m2"], "street_area_low_m2": frame["street_area_low_m2"],
        "street_area_mid_m2": frame["street_area_mid_m2"], "street_area_high_m2": frame["street_area_high_m2"],
        "built_up_area_m2": frame["built_up_m2"], "urban_extent_m2": frame["area_m2"]})
    people = None if runner.get("people")["reason"] else _people_with_distances(runner)
    return sdg_11_7_1.compute(areas, people, distance_m=config.parameters.open_space_m,
                              time_period=str(runner.get("streets")["time_period"]),
                              population_period=str(runner.get("people").get("time_period", "")))


def _built_up_now(runner: StageRunner) -> pd.Series:
    """Give the latest built-up surface of each area; NaN where none was given."""
    return _now(runner, "built_up_area").rename("built_up_m2")


def _now(runner: StageRunner, quantity: str) -> pd.Series:
    sums = runner.get("totals")["frame"]
    wide = _pivot(sums[sums["boundary"] == "boundary"], quantity)
    areas = runner.get("areas")["frame"].index
    return wide.iloc[:, -1].reindex(areas) if wide.shape[1] else pd.Series(np.nan, index=areas)


def _air(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    found = runner.get("air")
    if found["reason"]:
        return str(found["reason"])
    return sdg_11_6_2.compute(found["frame"], time_period=str(found["time_period"]))


def _per_person(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    sums = runner.get("totals")["frame"]
    own = sums[sums["boundary"] == "boundary"]
    built_up, people = _pivot(own, "built_up_area"), _pivot(own, "population")
    both = [p for p in built_up.columns if p in people.columns]
    if not both:
        return str(Reason.NO_BUILT_UP if built_up.empty else Reason.NO_POPULATION)
    frames = {p: pd.DataFrame({"built_up_area_m2": built_up[p], "population": people[p]}) for p in both}
    return pd.concat([built_up_per_person.compute(frame, time_period=p) for p, frame in frames.items()])


def _population_density(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    people = _now(runner, "population")
    if people.isna().all():
        return str(Reason.NO_POPULATION)
    return population_density.compute(_surfaces(runner).assign(population=people), time_period=latest(config))


def _surfaces(runner: StageRunner) -> pd.DataFrame:
    """Give the two surfaces that densities are of, in square metres."""
    areas = runner.get("areas")["frame"]
    return pd.DataFrame({"urban_extent_m2": areas["area_m2"], "built_up_area_m2": _built_up_now(runner)})


def _intersections(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    land = runner.get("street_land")
    if land["reason"]:
        return str(land["reason"])
    frame = _surfaces(runner).assign(intersections=land["frame"]["intersections"])
    return intersection_density.compute(frame, time_period=str(runner.get("streets")["time_period"]))


def _streets(config: CityConfig, runner: StageRunner) -> pd.DataFrame | str:
    land = runner.get("street_land")
    if land["reason"]:
        return str(land["reason"])
    frame = _surfaces(runner).assign(street_length_m=land["frame"]["network_length_m"])
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
