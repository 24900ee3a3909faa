"""What the cities say: their observations, from packages or from a table in the columns of observations."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ekistics.core.errors import ConfigurationError, InputFormatError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import DIMENSIONS
from ekistics.core.period import Period
from ekistics.core.provenance import Provenance, digest_file
from ekistics.indicators import specs
from ekistics.jobs.national.design import Indicator, NationalDesign
from ekistics.jobs.sample_cities.frame import read_rows
from ekistics.package.descriptor import DESCRIPTOR, load_descriptor, parse_head
from ekistics.package.table import NUMBER_COLUMNS, read_parquet

__all__ = ["CityValues", "read_cities", "read_city_values", "values_of"]

_NEEDED = ("indicator", "series", "ref_area", "obs_value")
_DEFAULTS = {"variant": "", "time_period": "", **dict.fromkeys(DIMENSIONS, "_T")}
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class CityValues:
    """The cities' observations.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations of the cities that count here.
    specs : dict of str to IndicatorSpec
        What they are about.
    inputs : tuple of Provenance
        The files they come from.
    """

    rows: pd.DataFrame
    specs: dict[str, IndicatorSpec]
    inputs: tuple[Provenance, ...]


def read_cities(design: NationalDesign, codes: Collection[str]) -> CityValues:
    """Read the observations of some cities.

    Parameters
    ----------
    design : NationalDesign
        The design.
    codes : collection of str
        Codes of the cities.

    Returns
    -------
    CityValues
        Their observations.

    Raises
    ------
    EkisticsError
        They cannot be read.
    """
    table = design.observations
    return read_city_values(design.folder / table.path, codes, producer=table.producer, citation=table.citation,
                            licence=table.licence)


def read_city_values(path: Path, codes: Collection[str], **stated: str) -> CityValues:
    """Read the observations of some cities from a table, or from a folder with a package of each.

    Parameters
    ----------
    path : pathlib.Path
        The table or folder.
    codes : collection of str
        Codes of the cities.
    **stated : str
        ``producer``, ``citation`` and ``licence``.

    Returns
    -------
    CityValues
        Their observations; those of a table have its columns only.

    Raises
    ------
    EkisticsError
        They cannot be read.
    """
    known = {spec.code: spec for spec in specs()}
    rows, inputs = _of_packages(path, codes, known) if path.is_dir() else _of_table(path)
    return CityValues(rows[rows["ref_area"].isin(list(codes))].reset_index(drop=True), known,
                      tuple(Provenance(name, sha, "observations", **stated) for name, sha in inputs))


def _of_table(path: Path) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    rows = read_rows(path, what=_("The table of observations"))
    for column in _NEEDED:
        if column not in rows[0]:
            raise UnknownNameError.among(column, list(rows[0]), what=_("column"), where=path)
    frame = pd.DataFrame(rows)
    for name, usual in _DEFAULTS.items():
        frame[name] = frame[name].replace("", usual) if name in frame else usual
    for name in NUMBER_COLUMNS:
        texts = frame[name] if name in frame else pd.Series("", index=frame.index)
        numbers = pd.to_numeric(texts.replace("", None), errors="coerce")
        if (wrong := numbers.isna() & (texts != "")).any() or np.isinf(numbers).any():
            line = int(np.argmax((wrong | np.isinf(numbers)).to_numpy()))
            raise InputFormatError(_("This is not a number."), param=name, got=repr(texts.iloc[line]),
                                   where=_("{path}, line {line}").format(path=path, line=line + 2))
        frame[name] = numbers.astype(float)
    return frame, [(path.name, digest_file(path))]


def _of_packages(folder: Path, codes: Collection[str],
                 known: dict[str, IndicatorSpec]) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Read the packages of a folder that are about these cities; their indicators are learnt from them."""
    frames, inputs = [], []
    for path in sorted(folder.glob(f"*/{DESCRIPTOR}")):
        place, _places, _run, described = parse_head(load_descriptor(path.parent))
        if place.code not in codes:
            continue
        rows = read_parquet(path.parent / "observations.parquet")
        frames.append(rows[rows["ref_area"] == place.code])
        inputs.append((f"{path.parent.name}/{DESCRIPTOR}", digest_file(path)))
        known.update({spec.code: spec for spec in described if spec.code not in known})
    if not frames:
        raise ConfigurationError(_("The folder holds no package of a city of the sample."), where=folder,
                                 expected=_("folders with {name}").format(name=DESCRIPTOR))
    return pd.concat(frames, ignore_index=True), inputs


def values_of(cities: CityValues, wanted: Indicator) -> tuple[IndicatorSpec, Indicator, pd.DataFrame]:
    """Give the cities' values of one indicator.

    Parameters
    ----------
    cities : CityValues
        All observations.
    wanted : Indicator
        What is asked for.

    Returns
    -------
    spec : IndicatorSpec
        The indicator.
    wanted : Indicator
        The same with series, variant and time filled in.
    rows : pandas.DataFrame
        Its observations with a value.

    Raises
    ------
    UnknownNameError
        There is no such indicator, series or variant.
    InvalidValueError
        The values come from people's records, a city has two values, or a value is not its numerator by its
        denominator.
    ConfigurationError
        The cities' values are of several times, and none is chosen, or of none.
    """
    if wanted.code not in cities.specs:
        raise UnknownNameError.among(wanted.code, list(cities.specs), what=_("indicator"), where="[[indicator]]")
    spec = cities.specs[wanted.code]
    if spec.people_records:
        raise InvalidValueError(
            _("The values of this indicator come from people's records; national ones come from a survey, not from "
              "cities."), param=spec.code, hint=_("Use 'ekistics households'."))
    series = wanted.series or next((s.code for s in spec.series if s.headline), spec.series[0].code)
    variants = [variant.code for variant in spec.variants_of(series)]
    variant = wanted.variant or (variants[0] if variants else "")
    if variant and variant not in variants:
        raise UnknownNameError.among(variant, variants, what=_("variant"), where=spec.code)
    rows = cities.rows
    rows = rows[(rows["indicator"] == spec.code) & (rows["series"] == series) & (rows["variant"] == variant)
                & rows["obs_value"].notna()]
    period = wanted.time_period or _one_period(rows, spec.code)
    if period:
        Period.parse(period)
    rows = rows[rows["time_period"] == period]
    _check(rows, spec.code)
    return spec, Indicator(code=spec.code, series=series, variant=variant, time_period=period, above=wanted.above,
                           below=wanted.below), rows


def _one_period(rows: pd.DataFrame, code: str) -> str:
    periods = sorted(rows["time_period"].unique())
    if len(periods) > 1:
        raise ConfigurationError(_("The cities' values are of several times."), where="[[indicator]] time_period",
                                 param=code, got=", ".join(periods), hint=_("Choose one."))
    if periods == [""]:
        raise ConfigurationError(_("The cities' values do not say of which time they are."), param=code,
                                 where=_("The table of observations"), expected="time_period")
    return str(periods[0]) if periods else ""


def _check(rows: pd.DataFrame, code: str) -> None:
    twice = rows.duplicated(["ref_area", *DIMENSIONS])
    if twice.any():
        raise InvalidValueError(_("A city has two values of one indicator."), param=code,
                                got=rows.loc[twice, "ref_area"].iloc[0])
    if (rows["denominator"] < 0).any():
        raise InvalidValueError(_("A denominator is below zero."), param=code,
                                got=rows.loc[rows["denominator"] < 0, "ref_area"].iloc[0])


def scale_of(rows: pd.DataFrame, unit_measure: str, code: str) -> float:
    """Give the factor between numerator by denominator and the value, and hold every city against it.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations of one indicator, with numerators and denominators.
    unit_measure : str
        Unit of its series.
    code : str
        Code of the indicator, for error texts.

    Returns
    -------
    float
        100 for percentages; for other ratios, 1 or what all cities have in common.

    Raises
    ------
    InvalidValueError
        A city's value is not its numerator by its denominator.
    """
    parts = rows[rows["numerator"].notna() & (rows["denominator"] > 0)]
    value, above, below = (parts[name].to_numpy() for name in ("obs_value", "numerator", "denominator"))
    some = above != 0
    factors = value[some] * below[some] / above[some]
    scale = 100.0 if unit_measure == "PT" else float(np.median(factors)) if len(factors) else 1.0
    expected = scale * above / below
    wrong = np.abs(value - expected) > _ROUNDING * np.maximum(np.abs(expected), 1e-3)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InvalidValueError(_("A city's value is not its numerator by its denominator."), param=code,
                                where=str(parts["ref_area"].iloc[at]), expected=float(expected[at]),
                                got=float(value[at]), hint=_("Give values with all their digits."))
    return scale
