"""Quality flags of a profile: how old, how complete and how well attached its inputs are."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ekistics.core.i18n import N_, _
from ekistics.core.period import Period
from ekistics.core.quality import QualityFlag
from ekistics.geo.completeness import STREET_REACH_M
from ekistics.jobs.city_config import CityConfig, input_entries
from ekistics.jobs.profile.reach import street_window, unused_groups
from ekistics.jobs.stages import StageRunner

AGED = {"population": N_("Age of the population data"), "built_up": N_("Age of the built-up data"),
        "streets": N_("Age of the street map"), "timetables": N_("Age of the timetables"),
        "air": N_("Age of the air data")}
NETWORK_INDICATORS = ("sdg_11_2_1", "sdg_11_7_1")
MEASURED = {
    "population": (N_("population"), ("population_density", "built_up_per_person", "sdg_11_3_1", "sdg_11_2_1")),
    "built_up_area": (N_("built-up surface"), ("built_up_per_person", "sdg_11_3_1", "population_density")),
}
NEGLIGIBLE = 1e-9  # rounding of areas, not ground without data
STREET_INDICATORS = ("sdg_11_7_1", "street_density", "intersection_density")


def quality_flags(config: CityConfig, runner: StageRunner, *, today: date) -> tuple[QualityFlag, ...]:
    """Make the quality flags of a profile.

    Parameters
    ----------
    config : CityConfig
        The city.
    runner : StageRunner
        Gives what was measured.
    today : datetime.date
        The day of the run, for the age of inputs.

    Returns
    -------
    tuple of QualityFlag
        Flags in the order in which they are shown.
    """
    makers = (_ages(config, runner, today), _people_flags(config, runner), _stop_flags(config, runner),
              _street_flags(runner), _completeness_flags(runner),
              _ground_flags(config, runner))
    return tuple(flag for maker in makers for flag in maker)


def graded(value: float | None, *, good: float, warn: float) -> str:
    """Say how good a figure is that should be small: ``good`` up to one limit, ``warn`` up to another, else ``bad``.

    Parameters
    ----------
    value : float or None
        The figure; None when it could not be measured.
    good, warn : float
        The limits.

    Returns
    -------
    str
        A status of :data:`ekistics.core.quality.STATUSES`.

    Examples
    --------
    >>> graded(0.5, good=1, warn=5), graded(7, good=1, warn=5), graded(None, good=1, warn=5)
    ('good', 'bad', 'info')
    """
    if value is None or np.isnan(value):
        return "info"
    return "good" if value <= good else "warn" if value <= warn else "bad"


def share_flag(code: str, title: str, part: float, whole: float, *, base: str, limits: tuple[float, float],  # noqa: PLR0913
               note: str, indicators: tuple[str, ...] = ()) -> QualityFlag:
    """Make a flag that is a share in percent, with its numerator, denominator and base."""
    value = 100.0 * part / whole if whole else None
    return QualityFlag(code, title, value, "PT", graded(value, good=limits[0], warn=limits[1]), note, indicators,
                       float(part), float(whole), base)


def _ages(config: CityConfig, runner: StageRunner, today: date) -> Iterator[QualityFlag]:
    """Flag the age of each feed, and of the newest file of other inputs, since older epochs are old on purpose."""
    for role, title in AGED.items():
        if role == "timetables":
            yield from _feed_ages(config, runner, today)
            continue
        periods = [period for entry_role, entry in input_entries(config) if entry_role == role
                   and (period := _described(runner, role, entry))]
        if periods:
            newest = max(periods, key=Period.parse)
            yield _age(f"age-{role}", _(title), newest, today,
                       _("The newest describes {period}.").format(period=Period.parse(newest).label))


def _age(code: str, title: str, period: str, today: date, note: str) -> QualityFlag:
    years = max(0.0, (today - Period.parse(period).end).days / 365.2425)
    return QualityFlag(code, title, round(years, 1), "Y", graded(years, good=5, warn=10), note)


def _feed_ages(config: CityConfig, runner: StageRunner, today: date) -> Iterator[QualityFlag]:
    """Flag the age of each timetable: all run side by side, so a new one does not make up for an old one."""
    chosen = runner.get("stops").get("days", [])  # in the order of the feeds
    found = zip(config.timetables, chosen, strict=True)
    for number, (entry, days) in enumerate(found, 1):
        if days:
            note = _("{file} describes {period}.").format(file=Path(entry.path).name,
                                                          period=Period.parse(days[-1]).label)
            yield _age(f"age-timetables-{number}" if number > 1 else "age-timetables", _(AGED["timetables"]),
                       days[-1], today, note)


def _described(runner: StageRunner, role: str, entry: Any) -> str:
    """Give the time that an input describes; empty where neither it nor its file says."""
    if role == "streets":
        return str(runner.get("streets")["time_period"])
    return str(getattr(entry, "time_period", ""))


def _city_people(config: CityConfig, runner: StageRunner) -> pd.DataFrame:
    people = runner.get("people")["people"]
    return people[(people["ref_area"] == config.city.code) & (people["sex"] == "_T") & (people["age"] == "_T")]


def _people_flags(config: CityConfig, runner: StageRunner) -> Iterator[QualityFlag]:
    unused = unused_groups(config)
    if unused:
        yield QualityFlag("groups-not-used", _("Population files by sex or age that are not used"), float(len(unused)),
                          "NUMBER", "warn", _("They describe another time than the latest total: {files}.")
                          .format(files=", ".join(f"{Path(p.path).name} ({p.time_period})" for p in unused)),
                          NETWORK_INDICATORS)
    if runner.get("people")["reason"]:
        return
    missing = int(_city_people(config, runner)["population"].isna().sum())
    if missing:
        yield QualityFlag("people-missing", _("Places without a count of people"), float(missing), "NUMBER", "warn",
                          _("They are left out; they do not count as zero."),
                          ("population_density", *NETWORK_INDICATORS))
    if "attached" in runner.get("access"):
        yield from _attachment_flags(config, runner)


def _attachment_flags(config: CityConfig, runner: StageRunner) -> Iterator[QualityFlag]:
    city, reach = _city_people(config, runner), runner.get("access")
    counted, place = city["population"], city["place"].to_numpy()
    total = float(counted.sum())
    base = _("people living inside the boundary")
    unattached = float(counted[~reach["attached"][place]].sum())
    yield share_flag("people-unattached", _("People far from any street"), unattached, total,
                     base=base, limits=(1, 5), indicators=NETWORK_INDICATORS,
                     note=_("More than {metres} m from a walkable street; they count as out of reach.")
                     .format(metres=f"{config.parameters.max_leg_m:g}"))
    small = reach["attached"][place] & (reach["part_nodes"][place] < config.parameters.small_part_nodes)
    yield share_flag("people-small-parts", _("People on cut-off parts of the street network"),
                     float(counted[small].sum()), total, base=base, limits=(1, 5), indicators=NETWORK_INDICATORS,
                     note=_("On parts with fewer than {nodes} nodes, which may be gaps in the map.")
                     .format(nodes=config.parameters.small_part_nodes))


def _stop_flags(config: CityConfig, runner: StageRunner) -> Iterator[QualityFlag]:
    found = runner.get("stops")
    if found.get("frame") is None:
        return
    stops = found["frame"]
    served = stops["served"].to_numpy(dtype=bool)
    ground = street_window(config, runner).geometry.iloc[0]
    near = np.asarray(shapely.contains_xy(ground, stops["lon"].to_numpy(), stops["lat"].to_numpy()))
    distance = f"{config.parameters.street_window_km:g}"
    yield share_flag("stops-without-service", _("Stops without service"), float((near & ~served).sum()),
                     float(near.sum()), base=_("stops within {distance} km of the boundary").format(distance=distance),
                     limits=(5, 20), indicators=("sdg_11_2_1",),
                     note=_("No trip calls there on the chosen day; they are left out."))
    attached = runner.get("access").get("stops_attached")
    if attached is not None:
        here = near[served]
        yield share_flag("stops-unattached", _("Served stops far from any street"), float((here & ~attached).sum()),
                         float(here.sum()), limits=(5, 20), indicators=("sdg_11_2_1",),
                         base=_("served stops within {distance} km of the boundary").format(distance=distance),
                         note=_("Often outside the street file; they cannot be reached along it."))
    for i, problem in enumerate(found["problems"]):
        yield QualityFlag(f"timetable-{i + 1}", _("In the timetable"), None, "NUMBER", "warn", str(problem),
                          ("sdg_11_2_1",))


def _lost_flags(runner: StageRunner) -> Iterator[QualityFlag]:
    """Flag what the street file holds and the measures leave out."""
    absent = runner.get("streets").get("absent_nodes", 0)
    if absent:
        yield QualityFlag("street-nodes-absent", _("Street nodes that the file lacks"), float(absent), "NUMBER", "warn",
                          _("Streets are cut there, as at the edge of an extract."), STREET_INDICATORS)
    problems = runner.get("open_space").get("problems", {})
    for code, title in (("broken_rings", _("Open spaces with broken outlines")),
                        ("incomplete", _("Open spaces of which the file lacks a part"))):
        if problems.get(code):
            yield QualityFlag(f"open-space-{code.replace('_', '-')}", title, float(problems[code]), "NUMBER", "warn",
                              _("Counted in the whole street file; they are left out."), ("sdg_11_7_1",))
    access = runner.get("access")
    if access.get("spaces_public"):
        yield share_flag("open-space-unreached", _("Public open spaces far from any street"),
                         float(access["spaces_unreached"]), float(access["spaces_public"]), limits=(5, 20),
                         base=_("public open spaces near the city"), indicators=("sdg_11_7_1",),
                         note=_("Nobody reaches them along the streets."))


def _street_flags(runner: StageRunner) -> Iterator[QualityFlag]:
    yield from _lost_flags(runner)
    land = runner.get("street_land")
    if land["reason"]:
        return
    city = land["frame"].iloc[0]
    length = float(city["street_length_m"])
    for tag, limits in (("width", (50, 80)), ("lanes", (50, 80))) if length > 0 else ():  # no share of no streets
        tagged = float(city[f"{tag}_tagged_share"]) * length
        yield share_flag(f"streets-without-{tag}", _("Street length without a {tag} tag").format(tag=tag),
                         (length - tagged) / 1000, length / 1000, base=_("street length inside the boundary, km"),
                         limits=limits, indicators=("sdg_11_7_1",),
                         note=_("Its width comes from the next best rule: lanes, then the class of street."))
    if not land["open_space_reason"]:
        known = float(city["open_space_public_m2"] + city["open_space_private_m2"])
        unknown = float(city["open_space_unknown_m2"])
        yield share_flag("open-space-unknown", _("Open space of unknown access"), unknown / 1e6,
                         (known + unknown) / 1e6, base=_("mapped open space, km²"), limits=(20, 50),
                         indicators=("sdg_11_7_1",),
                         note=_("Kept apart: neither counted as public nor left out without a word."))


def _completeness_flags(runner: StageRunner) -> Iterator[QualityFlag]:
    found = runner.get("completeness")
    if found["reason"]:
        return
    built_up, near = float(found["built_up_m2"]), float(found["near_m2"])
    if found["cell_m"] >= 2 * STREET_REACH_M:
        yield QualityFlag("built-up-cells-coarse", _("Cells too coarse to check the street map"),
                          round(found["cell_m"]), "M", "info",
                          _("Built-up cells of {metres} m or more cannot tell whether the map lacks streets.")
                          .format(metres=f"{2 * STREET_REACH_M:g}"), STREET_INDICATORS)
    else:
        yield share_flag("built-up-without-streets", _("Built-up surface without a mapped street near"),
                         (built_up - near) / 1e6, built_up / 1e6, base=_("built-up surface inside the boundary, km²"),
                         limits=(2, 10), indicators=STREET_INDICATORS,
                         note=_("More than {metres} m from any street: the map lacks streets there.")
                         .format(metres=f"{STREET_REACH_M:g}"))
    land = runner.get("street_land")
    if not land["open_space_reason"] and built_up:
        city = land["frame"].iloc[0]
        mapped = sum(float(city[f"open_space_{access}_m2"]) for access in ("public", "unknown", "private"))
        yield QualityFlag("open-space-mapped", _("Mapped open space against built-up surface"),
                          100 * mapped / built_up, "PT", "info",
                          _("Very little may mean that parks are not mapped, rather than that there are none."),
                          ("sdg_11_7_1",), mapped / 1e6, built_up / 1e6, _("built-up surface inside the boundary, km²"))


def _ground_flags(config: CityConfig, runner: StageRunner) -> Iterator[QualityFlag]:
    areas = runner.get("areas")
    if areas["repaired"]:
        yield QualityFlag("boundary-repaired", _("Repaired polygons"), float(areas["repaired"]), "NUMBER", "warn",
                          _("Boundaries or neighbourhoods crossed themselves and were repaired before use."))
    sums = runner.get("totals")["frame"]
    own = sums[sums["boundary"] == "boundary"]
    for (quantity, period), rows in own.groupby(["quantity", "time_period"], sort=False):
        yield from _coverage_flags(config, rows, str(quantity), str(period))
    yield from _air_flags(config, runner)
    if "delineation" in runner.names:
        yield from _delineation_flags(config, runner)


def _coverage_flags(config: CityConfig, rows: pd.DataFrame, quantity: str, period: str) -> Iterator[QualityFlag]:
    """Flag ground of the city, and count neighbourhoods, where a grid has no data."""
    name, indicators = _(MEASURED[quantity][0]), MEASURED[quantity][1]
    for kind, title, note in (
            ("nodata", _("Ground without data: {name} {period}"), _("Cells there hold no value; they are left out.")),
            ("outside", _("Ground outside the grid: {name} {period}"), _("The grid does not cover the boundary."))):
        share = rows[f"{kind}_share"].fillna(0.0).to_numpy()
        area = rows["area_m2"].to_numpy() / 1e6
        if share[0] > NEGLIGIBLE:
            yield share_flag(f"{kind}-{quantity}-{period}", title.format(name=name, period=period),
                             float(share[0] * area[0]), float(area[0]), base=_("area inside the boundary, km²"),
                             limits=(1, 100 * config.parameters.max_missing_share), note=note, indicators=indicators)
        partly = int((share[1:] > config.parameters.max_missing_share).sum())
        if partly:
            yield share_flag(f"{kind}-{quantity}-{period}-parts",
                             _("Neighbourhoods: {title}").format(title=title.format(name=name, period=period)),
                             partly, len(share) - 1, base=_("neighbourhoods"), limits=(0, 10), indicators=indicators,
                             note=_("Too much of them has no data, so their values are not computed."))


def _air_flags(config: CityConfig, runner: StageRunner) -> Iterator[QualityFlag]:
    found = runner.get("air")
    if found["reason"]:
        return
    city = found["frame"].loc[config.city.code]
    missing = float(city["all_people"] - city["population"])
    if missing > NEGLIGIBLE * float(city["all_people"]):
        yield share_flag("air-people-missing", _("People where the air is not known"), missing,
                         float(city["all_people"]), base=_("people living inside the boundary"),
                         limits=(1, 100 * config.parameters.max_missing_share), indicators=("sdg_11_6_2",),
                         note=_("The grid of fine particles has no value there; the mean is of the others."))


def _delineation_flags(config: CityConfig, runner: StageRunner) -> Iterator[QualityFlag]:
    found = runner.get("delineation")
    if found["reason"]:
        return
    cells = runner.get("cells")["frame"]
    city = cells[cells["ref_area"] == config.city.code]
    apart = city[(city["level1"] == 1) & city["level2"].isin((21, 22, 23, 30))]
    yield QualityFlag("levels-not-nested", _("People urban at level 2 and rural at level 1"),
                      float(apart["population"].sum()), "PS", "info",
                      _("The two levels use different sizes and do not nest; both are shown."),
                      ("degree_of_urbanisation",))
    if found["residual"]:
        yield QualityFlag("reprojection-residual", _("People outside the 1 km frame"), float(found["residual"]), "PS",
                          "info", _("Reprojection keeps every person; these fell outside the frame."))
    for code, title, note in (
            ("no_centre", _("Times without an urban centre"), _("No centre in the boundary at {periods}.")),
            ("cut", _("Times when the centre goes on beyond what was read"),
             _("Raise delineation_window_km under [parameters]; cut at {periods}."))):
        periods = list(found.get(code, []))
        if periods:
            yield QualityFlag(f"centre-{code.replace('_', '-')}", title, float(len(periods)), "NUMBER", "warn",
                              note.format(periods=", ".join(periods)), ("sdg_11_3_1",))
