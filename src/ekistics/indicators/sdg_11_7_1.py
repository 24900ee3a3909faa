"""SDG 11.7.1: land in open public space and in streets, and the people who can walk to an open public space."""

from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import NOT_STATED, result_rows, share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators._access import people_by_group, shares_of_people, within
from ekistics.indicators._frames import amount, by_area, concat_rows, reason_of

__all__ = ["DISTANCE_M", "SPEC", "compute", "example_inputs"]

DISTANCE_M = 400.0
_GROUNDS = {"urban_extent": Reason.OUTSIDE_DATA, "built_up_area": Reason.NO_BUILT_UP}
_ACCESS = {"network": "public_network", "straight_line": "public_straight",
           "network:public_or_unknown": "public_or_unknown_network",
           "straight_line:public_or_unknown": "public_or_unknown_straight"}
_UNKNOWN_WHY = N_("Spaces whose access is not tagged are counted as if all were public: the most that the true share "
                  "can be on this map.")


def _land(code: str, title: str, *, direction: int = 1, headline: bool = False) -> SeriesSpec:
    return SeriesSpec(code, title, "PT", base=N_("land of the city, as the variant names it"), direction=direction,
                      lower=0.0, variants=tuple(_GROUNDS), headline=headline)


SPEC = IndicatorSpec(
    code="sdg_11_7_1",
    number="11.7.1",
    title=N_("Open public space"),
    question=N_("How much of the city is open to everybody, and who can walk to it?"),
    definition=N_("Land in open public space and in streets, of the land of the city; and people living inside the "
                  "boundary who have an open public space within 400 metres on foot, of all people living there. The "
                  "land is named: the urban extent is all ground inside the boundary; the built-up area is the part of "
                  "it under buildings."),
    method=MethodEdition("UN-Habitat", "SDG indicator metadata 11.7.1", "2018",
                         "denominator also as in later texts"),
    series=(
        _land("open_and_street_share", N_("Land in open public space and streets"), headline=True),
        _land("open_space_share", N_("Land in open public space")),
        _land("street_share", N_("Land in streets")),
        _land("unknown_open_space_share", N_("Land in open space of unknown access"), direction=0),
        _land("private_open_space_share", N_("Land in private open space"), direction=0),
        SeriesSpec("access", N_("People near an open public space"), "PT", base=N_("people living inside the boundary"),
                   direction=1, lower=0.0, upper=100.0, headline=True, variants=tuple(_ACCESS)),
    ),
    variants=(
        Variant("urban_extent", N_("Of the urban extent"), base=N_("urban extent: all ground inside the boundary")),
        Variant("built_up_area", N_("Of the built-up area"),
                why=N_("Older texts divide by the built-up area. Ground under buildings is a part of the urban extent, "
                       "so the share is larger, and may pass 100 %."),
                base=N_("built-up area inside the boundary")),
        Variant("network", N_("Along the streets")),
        Variant("straight_line", N_("Straight line"),
                why=N_("A circle around each space ignores rivers, railways and walls, so it counts people who would "
                       "have to walk farther.")),
        Variant("network:public_or_unknown", N_("Along the streets, spaces of unknown access included"),
                why=_UNKNOWN_WHY),
        Variant("straight_line:public_or_unknown", N_("Straight line, spaces of unknown access included"),
                why=_UNKNOWN_WHY),
    ),
    dimensions=("sex", "age"),
    inputs=("streets", "boundary", "built_up", "population"),
    source="https://unstats.un.org/sdgs/metadata/files/Metadata-11-07-01.pdf",
)


def compute(areas: pd.DataFrame, people: pd.DataFrame | None = None, *, distance_m: float = DISTANCE_M,
            time_period: str = "", population_period: str = "") -> pd.DataFrame:
    r"""Compute the shares of land in open public space and streets, and of people near an open public space.

    Land shares stand over two grounds, the urban extent and the built-up area. The share of land in streets has bounds
    from narrow and wide readings of untagged street widths. People count when an entrance is at most ``distance_m``
    away.

    .. math:: s = 100 (O + S) / A

    with :math:`O` the area of open public space, :math:`S` that of streets and :math:`A` the ground.

    Parameters
    ----------
    areas : pandas.DataFrame, shape (n_areas, 8)
        By ``ref_area``, in square metres measured in an equal-area CRS or on the ellipsoid: ``open_space_public_m2``,
        ``open_space_unknown_m2``, ``open_space_private_m2``, ``street_area_low_m2``, ``street_area_mid_m2``,
        ``street_area_high_m2``, ``built_up_area_m2``, ``urban_extent_m2``. Missing values are allowed.
    people : pandas.DataFrame, optional
        One row an origin and group: ``ref_area``, ``population``, optionally ``sex`` and ``age`` (SDMX codes);
        distances in metres to the nearest open space ``public_network``, ``public_straight``,
        ``public_or_unknown_network``, ``public_or_unknown_straight`` (infinite where
        unreachable, NaN or no column where not computed).
    distance_m : float, default 400
        Limit in metres; a distance equal to it is within.
    time_period, population_period : str, default ""
        Periods of the land and of the people, in SDMX form.

    Returns
    -------
    pandas.DataFrame
        Result rows in percent, indexed by ``ref_area``. NaN with its reason where an input is missing or the ground is
        zero. Land shares over the built-up area may pass 100.

    Raises
    ------
    InputFormatError
        A column is missing, or an area stands twice.
    InvalidValueError
        An amount is negative or infinite.

    Notes
    -----
    Method: UN-Habitat, SDG indicator metadata 11.7.1 as read in a copy of 2018; later texts divide by the area of the
    city, hence both grounds. Open spaces whose access is unknown or private are never added to the public ones: their
    land stands in series of its own, and their reach in variants. The bounds say nothing about spaces that the map
    lacks. Golden cases: ``golden/sdg_11_7_1.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[rows["series"] == "open_and_street_share"].loc["A", ["variant", "obs_value"]].values.tolist()
    [['urban_extent', 30.0], ['built_up_area', 75.0]]
    """
    land = by_area(areas, ["open_space_public_m2", "street_area_mid_m2", "urban_extent_m2"], where="areas", unique=True)
    parts = [_land_rows(land, ground, time_period) for ground in _GROUNDS]
    if people is None:
        parts.append(result_rows(pd.Series(np.nan, index=land.index), series="access", variant="network",
                                 reason=str(Reason.NO_POPULATION), time_period=population_period))
        return concat_rows(parts)
    rows = people_by_group(people)
    for variant, column in _ACCESS.items():
        if variant == "network" or column in rows.table.columns:
            parts.append(shares_of_people(rows, {"access": within(rows, column, distance_m)}, variant=variant,
                                          missing=_access_reason(rows.table, variant), time_period=population_period))
    return concat_rows(parts)


def _access_reason(table: pd.DataFrame, variant: str) -> str:
    """Say why distances lack: without streets the straight line is still known, without open space nothing is."""
    straight_known = "public_straight" in table.columns and bool(table["public_straight"].notna().any())
    return str(Reason.NO_STREETS if variant.startswith("network") and straight_known else Reason.NO_OPEN_SPACE)


def _land_rows(land: pd.DataFrame, ground: str, time_period: str) -> pd.DataFrame:
    area = amount(land, f"{ground}_m2", where="areas")
    open_space = {name: amount(land, f"open_space_{name}_m2", where="areas")
                  for name in ("public", "unknown", "private")}
    low, street, high = (amount(land, f"street_area_{name}_m2", where="areas") for name in ("low", "mid", "high"))
    public, none = open_space["public"], pd.Series(np.nan, index=land.index)
    no_open, no_streets = (public, Reason.NO_OPEN_SPACE), (street, Reason.NO_STREETS)
    rows: dict[str, tuple[tuple[pd.Series, ...], list[tuple[pd.Series, Reason]]]] = {
        "open_and_street_share": ((public + low, public + street, public + high), [no_open, no_streets]),
        "open_space_share": ((none, public, none), [no_open]),
        "street_share": ((low, street, high), [no_streets]),
        **{f"{name}_open_space_share": ((none, open_space[name], none), [(open_space[name], Reason.NO_OPEN_SPACE)])
           for name in ("unknown", "private")}}
    reasons = [reason_of([*missing, (area, _GROUNDS[ground])], land.index) for _widths, missing in rows.values()]
    lowest, mid, highest = (pd.concat([widths[i] for widths, _missing in rows.values()]) for i in range(3))
    names: Any = np.repeat(np.array(list(rows), dtype=object), len(land))
    area = pd.concat([area] * len(rows))
    return share_rows(mid, area, series=names, variant=ground, reason=pd.concat(reasons).to_numpy(),
                      time_period=time_period, **_bounds(lowest, mid, highest, area))


def _bounds(low: pd.Series, mid: pd.Series, high: pd.Series, area: pd.Series) -> dict[str, Any]:
    """Give the interval of a land share; none where low, mid and high are not all known and in this order."""
    ground = area.mask(area == 0)
    ordered = (low <= mid) & (mid <= high)
    return {"lci": (100 * low / ground).where(ordered), "uci": (100 * high / ground).where(ordered),
            "uncertainty": np.where(ordered, "bounds", NOT_STATED)}


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    areas = pd.DataFrame(
        [(1.2e6, 0.4e6, 0.2e6, 1.5e6, 1.8e6, 2.4e6, 4e6, 10e6),
         (0.02e6, 0.0, 0.05e6, 0.1e6, 0.12e6, 0.15e6, 0.3e6, 1e6)],
        columns=["open_space_public_m2", "open_space_unknown_m2", "open_space_private_m2", "street_area_low_m2",
                 "street_area_mid_m2", "street_area_high_m2", "built_up_area_m2", "urban_extent_m2"],
        index=pd.Index(["A", "B"], name="ref_area"))
    people = pd.DataFrame([("A", 600.0, 400.0, 300.0, 120.0, 100.0), ("A", 400.0, 401.0, 380.0, 390.0, 350.0),
                           ("B", 50.0, np.inf, 900.0, np.inf, 900.0)],
                          columns=["ref_area", "population", "public_network", "public_straight",
                                   "public_or_unknown_network", "public_or_unknown_straight"])
    return {"areas": areas, "people": people, "time_period": "2023", "population_period": "2020"}
