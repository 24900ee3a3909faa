"""From observations to rows of a data structure: the global SDG structure where it has a place, else our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.core.period import Period
from ekistics.core.reasons import reason_text
from ekistics.package.table import canonical_observations
from ekistics.publish.sdmx.structure import MEASURE, TIME, own_structure, own_table, sdg_structure, sdg_table

__all__ = ["NOT_APPLICABLE", "Left", "SdgOptions", "SdgRows", "left_text", "observations_from_own", "own_rows",
           "sdg_rows"]

NOT_APPLICABLE = "_Z"
_LETTERS = {"S": "S", "Q": "Q", "W": "W"}
_PARTS = {1: "A", 2: "M", 3: "D"}
_UNBROKEN = ("tenure", "displacement_status", "migrant_status")  # ours alone


class Left(StrEnum):
    """Why an observation has no place in the SDG structure."""

    SERIES = "no-sdg-series"
    VARIANT = "other-variant"
    PERIOD = "not-annual"
    AREA = "no-area-code"
    BREAKDOWN = "no-breakdown"
    UNIT = "other-unit"
    STATUS = "no-status"
    CONFIDENTIAL = "confidential"


_TEXTS = {
    Left.SERIES: N_("the SDG structure has no series for this quantity"),
    Left.VARIANT: N_("the SDG series follows another reading of the method"),
    Left.PERIOD: N_("the SDG structure holds years only"),
    Left.AREA: N_("the place has no code in the SDG structure"),
    Left.BREAKDOWN: N_("the SDG series is not split this way"),
    Left.UNIT: N_("the SDG series has another unit"),
    Left.STATUS: N_("the SDG structure has no such status"),
    Left.CONFIDENTIAL: N_("the value is not free for publication"),
}


def left_text(code: str) -> str:
    """Give the words for why an observation was left out.

    Parameters
    ----------
    code : str
        A value of :class:`Left`.

    Returns
    -------
    str
        The translated text, without a final full stop.

    Examples
    --------
    >>> left_text("not-annual")
    'the SDG structure holds years only'
    """
    return _(_TEXTS[Left(code)])


@dataclass(frozen=True, slots=True)
class SdgOptions:
    """What the sender says about all rows of an SDG message.

    Parameters
    ----------
    reporting_type : str
        Who reports: ``N`` national, ``R`` regional, ``G`` global.
    nature : str
        Nature of the data (``C`` country data, ``CA`` country data adjusted, ``E`` estimated, ``M`` modelled …); empty
        to leave it out.
    source_detail : str
        Name of the source.
    """

    reporting_type: str = "N"
    nature: str = ""
    source_detail: str = ""

    def __post_init__(self) -> None:
        known = sdg_table()["options"]
        for name, value in (("REPORTING_TYPE", self.reporting_type), ("NATURE", self.nature)):
            if value not in known[name] and (value or name == "REPORTING_TYPE"):
                raise UnknownNameError.among(value, known[name], what=name)


@dataclass(frozen=True, slots=True)
class SdgRows:
    """Observations in the SDG structure, and those that have no place there.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns of the SDG structure; the index is the observations'.
    left : pandas.DataFrame
        The other observations with all their columns and ``left``, a code of :class:`Left`.
    """

    rows: pd.DataFrame
    left: pd.DataFrame


def sdg_rows(observations: pd.DataFrame, areas: Mapping[str, str], options: SdgOptions | None = None) -> SdgRows:
    """Map observations to the SDG structure; what does not fit is given back with the reason, never bent to fit.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows of ``ekistics.core.observation.OBSERVATION_COLUMNS``.
    areas : mapping of str to str
        Place code to ``REF_AREA``, as :func:`~ekistics.publish.sdmx.areas.area_codes` finds them.
    options : SdgOptions, optional
        What the sender says about all rows.

    Returns
    -------
    SdgRows
        Rows, and what was left.

    Notes
    -----
    Intervals go to ``LOWER_BOUND`` and ``UPPER_BOUND``; the method, and why a value is absent, to ``COMMENT_OBS``.
    """
    table = canonical_observations(observations).set_axis(observations.index)
    codes = _sdg_codes(table)
    left = _left(table, codes, table["ref_area"].map(dict(areas)))
    fits = left == ""
    rows = _sdg_frame(table[fits], codes[fits], areas, options or SdgOptions())
    return SdgRows(rows, table[~fits].assign(left=left[~fits]))


def _sdg_codes(table: pd.DataFrame) -> pd.DataFrame:
    """Translate every coded column; a code that has no counterpart is missing."""
    found = {component: table[rule["column"]].map({code: code for code in rule["same"]} | rule.get("other", {}))
             for component, rule in sdg_table()["columns"].items()}
    keys = pd.Series(list(zip(table["indicator"], table["series"], table["variant"], strict=True)), table.index,
                     dtype=object)
    series = {(s["indicator"], s["series"], s["variant"]): s["code"] for s in sdg_table()["series"]}
    return pd.DataFrame({**found, "SERIES": keys.map(series)}, index=table.index).astype(object)


def _left(table: pd.DataFrame, codes: pd.DataFrame, areas: pd.Series) -> pd.Series:
    """Say why rows do not fit, the first reason that holds; empty where they do."""
    by_code = {s["code"]: s for s in sdg_table()["series"]}
    known = {(s["indicator"], s["series"]) for s in by_code.values()}
    pairs = pd.Series(list(zip(table["indicator"], table["series"], strict=True)), table.index, dtype=object)
    reasons: dict[Left, Any] = {
        Left.SERIES: ~pairs.isin(list(known)),
        Left.VARIANT: codes["SERIES"].isna(),
        Left.PERIOD: ~table["time_period"].str.fullmatch(r"[0-9]{4}"),
        Left.AREA: areas.isna(),
        Left.BREAKDOWN: _odd_breakdown(table, codes, {code: s["split"] for code, s in by_code.items()}),
        Left.UNIT: codes["SERIES"].map({c: s["unit_measure"] for c, s in by_code.items()}) != table["unit_measure"],
        Left.STATUS: codes["OBS_STATUS"].isna(),
        Left.CONFIDENTIAL: table["conf_status"] != "F",
    }
    left = pd.Series("", table.index, dtype=object)
    for reason, mask in reasons.items():
        left = left.mask((left == "") & mask.to_numpy(dtype=bool), str(reason))
    return left


def _odd_breakdown(table: pd.DataFrame, codes: pd.DataFrame, split: dict[str, list[str]]) -> pd.Series:
    odd = (table[list(_UNBROKEN)] != "_T").any(axis=1)
    for component in set(sdg_table()["columns"]) - {"OBS_STATUS"}:
        allowed = codes["SERIES"].isin([code for code, names in split.items() if component in names])
        odd |= codes[component].isna() | (~allowed & (codes[component] != "_T"))
    return odd


def _sdg_frame(table: pd.DataFrame, codes: pd.DataFrame, areas: Mapping[str, str], options: SdgOptions) -> pd.DataFrame:
    by_code = {s["code"]: s for s in sdg_table()["series"]}
    content = {
        **sdg_table()["fixed"], **codes,
        "REPORTING_TYPE": options.reporting_type, "REF_AREA": table["ref_area"].map(dict(areas)),
        TIME: table["time_period"], MEASURE: table["obs_value"],
        "UNIT_MULT": codes["SERIES"].map({code: s["unit_mult"] for code, s in by_code.items()}),
        "UNIT_MEASURE": table["unit_measure"], "NATURE": options.nature, "COMMENT_OBS": _comments(table),
        "LOWER_BOUND": table["lci"], "UPPER_BOUND": table["uci"], "SOURCE_DETAIL": options.source_detail,
    }
    return pd.DataFrame(content, index=table.index, columns=list(sdg_structure().components))


def _comments(table: pd.DataFrame) -> list[str]:
    return ["; ".join(filter(None, (reason_text(reason) if reason else "", method)))
            for reason, method in zip(table["reason"], table["method"], strict=True)]


def own_rows(observations: pd.DataFrame) -> pd.DataFrame:
    """Bring observations into our own structure: every column has its place, and any time period.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows of ``ekistics.core.observation.OBSERVATION_COLUMNS``.

    Returns
    -------
    pandas.DataFrame
        Columns of our structure; an empty variant is ``_Z``, and the frequency follows from the period.

    Raises
    ------
    InvalidValueError
        A time period cannot be read, or a dimension is empty.
    """
    table = canonical_observations(observations).set_axis(observations.index)
    frequency = {text: _frequency(text) for text in table["time_period"].unique()}
    rows = table.rename(columns=str.upper).assign(
        FREQ=table["time_period"].map(frequency),
        VARIANT=table["variant"].mask(table["variant"] == "", NOT_APPLICABLE))
    return rows[list(own_structure().components)]


def _frequency(period: str) -> str:
    text = Period.parse(period).text
    if "/" in text:
        return NOT_APPLICABLE
    parts = text.split("-")
    return _LETTERS.get(parts[-1][0], _PARTS[len(parts)])


def observations_from_own(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn rows of our own structure back into observations: the other way of :func:`own_rows`.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns of our structure; absent attributes may lack, and numbers may still be text.

    Returns
    -------
    pandas.DataFrame
        Rows of ``ekistics.core.observation.OBSERVATION_COLUMNS``.

    Raises
    ------
    InvalidValueError
        A dimension lacks, or a number cannot be read.
    """
    lacking = [name for name in own_structure().dimensions if name not in rows.columns]
    if lacking:
        raise InvalidValueError(_("The rows lack a dimension."), expected=", ".join(lacking))
    numbers = set(own_table()["rules"]["numbers"])
    try:
        content = {name: _number(rows, name.upper()) if name.upper() in numbers else _text(rows, name.upper())
                   for name in OBSERVATION_COLUMNS}
    except ValueError as error:
        raise InvalidValueError(_("A number cannot be read."), got=str(error)) from error
    table = pd.DataFrame(content, index=rows.index)
    return table.assign(variant=table["variant"].mask(table["variant"] == NOT_APPLICABLE, ""))


def _number(rows: pd.DataFrame, name: str) -> pd.Series:
    values = rows.get(name, pd.Series(None, rows.index, dtype=object)).astype(object)
    return values.where(values.notna() & (values != ""), "nan").astype(float)


def _text(rows: pd.DataFrame, name: str) -> pd.Series:
    values = rows.get(name, pd.Series("", rows.index, dtype=object)).astype(object)
    return values.where(values.notna(), "").map(str).astype(object)
