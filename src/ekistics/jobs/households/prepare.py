"""From standard variables, as the vault gives them, to the frames that indicators take: areas, groups and design."""

from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import ConfigurationError, InvalidValueError
from ekistics.core.i18n import _
from ekistics.indicators.households import with_disability
from ekistics.jobs.households.config import SurveyConfig
from ekistics.readers.microdata import told_codes

__all__ = ["age_code", "household_frame", "person_frame", "require_pairs"]

_DISPLACED = {"IDP": "DP", "REF": "DP"}


def household_frame(stored: pd.DataFrame, config: SurveyConfig) -> pd.DataFrame:
    """Make the frame of households: one row each, with the dimensions under their own names.

    Parameters
    ----------
    stored : pandas.DataFrame
        Standard variables.
    config : SurveyConfig
        The survey.

    Returns
    -------
    pandas.DataFrame
        The same rows, with ``sex`` for that of the head, and ``area`` as a code of the configuration.
    """
    frame = stored.rename(columns={"head_sex": "sex"})
    if "displacement_status" in frame.columns:
        frame["displacement_status"] = _displacement(frame["displacement_status"], config)
    if config.areas:
        frame["area"] = frame["area"].map({area.value: area.code for area in config.areas})
        lost = int(frame["area"].isna().sum())
        if lost:
            raise ConfigurationError(_("Households lie in no area that the configuration names."),
                                     where="survey.toml: areas", got=lost)
    return frame


def require_pairs(households: pd.DataFrame, config: SurveyConfig) -> None:
    """Refuse strata of one unit by the survey's own names for them, where nothing is said of what to do.

    Parameters
    ----------
    households : pandas.DataFrame
        Households in standard variables.
    config : SurveyConfig
        The survey.

    Raises
    ------
    InvalidValueError
        There is a stratum of one unit, and more of its units exist.
    """
    if config.design.lonely != "fail":
        return
    unit = households["psu" if "psu" in households else "household_id"]
    stratum = households["stratum"] if "stratum" in households else pd.Series("", index=households.index)
    alone = unit.groupby(stratum).nunique() == 1
    if "psu_count" in households:
        alone &= households["psu_count"].groupby(stratum).first() > 1
    if alone.any():
        counts = stratum[stratum.isin(alone.index[alone])].value_counts()
        raise InvalidValueError(_("Only one unit was drawn from a stratum, so its variance is not known."),
                                where="survey.toml: design.lonely",
                                got=told_codes({str(name): int(count) for name, count in counts.items()}),
                                hint=_("Choose what to do with them: lonely='certainty', 'grand-mean' or 'collapse'."))


def person_frame(stored: pd.DataFrame, config: SurveyConfig) -> pd.DataFrame:
    """Make the frame of people: groups of age and disability in place of years and answers.

    Parameters
    ----------
    stored : pandas.DataFrame
        Standard variables.
    config : SurveyConfig
        The survey.

    Returns
    -------
    pandas.DataFrame
        ``household_id`` and the dimensions that are known of people.
    """
    kept = [name for name in ("household_id", "sex", "displacement_status", "migrant_status")
            if name in stored.columns]
    frame = stored[kept].copy(deep=False)
    if "displacement_status" in frame.columns:
        frame["displacement_status"] = _displacement(frame["displacement_status"], config)
    truth = with_disability(stored, cutoff=config.estimate.disability_cutoff)
    if not np.isnan(truth).all():
        codes = np.where(np.isnan(truth), 2, 1 - np.nan_to_num(truth)).astype(int)
        frame["disability"] = np.array(["PD", "PWD", None], dtype=object)[codes]
    if "age" in stored.columns:
        frame["age"] = _ages(stored["age"].to_numpy(dtype=np.float64), config.estimate.ages)
    return frame


def _displacement(values: "pd.Series[Any]", config: SurveyConfig) -> "pd.Series[Any]":
    """Keep kinds of displaced people, or put them together."""
    plain = values.astype(object)
    return plain if config.estimate.displaced_kinds else plain.replace(_DISPLACED)


def age_code(first: int, following: int | None) -> str:
    """Write a group of age as SDMX does.

    Parameters
    ----------
    first : int
        Its first year.
    following : int, optional
        First year of the next group; None for the last.

    Returns
    -------
    str
        The code.

    Examples
    --------
    >>> age_code(0, 15), age_code(65, None)
    ('Y0T14', 'Y_GE65')
    """
    return f"Y_GE{first}" if following is None else f"Y{first}T{following - 1}"


def _ages(years: "np.ndarray[Any, np.dtype[np.float64]]", first: tuple[int, ...]) -> "np.ndarray[Any, Any]":
    codes = [age_code(begin, end) for begin, end in zip(first, (*first[1:], None), strict=True)]
    known = ~np.isnan(years)
    number = np.searchsorted(first, np.where(known, years, 0), side="right") - 1
    return np.where(known, np.array(codes, dtype=object)[number], None)
