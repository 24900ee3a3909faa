"""What the indicators share: frames indexed by area, checked numbers, reasons for what is missing, total groups."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from ekistics.core.errors import InputFormatError, InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.observation import RESULT_COLUMNS

__all__ = ["amount", "by_area", "concat_rows", "reason_of", "with_totals"]

GROUPS = ("sex", "age")


def by_area(frame: pd.DataFrame, required: Sequence[str], *, where: str, unique: bool = False) -> pd.DataFrame:
    """Give a frame indexed by ``ref_area``, after checking that its columns are there.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with ``ref_area`` as a column or as the index.
    required : sequence of str
        Columns that must be there.
    where : str
        Name of the argument, for the error text.
    unique : bool, default False
        Whether an area may stand once only.

    Returns
    -------
    pandas.DataFrame
        The rows, indexed by area; the frame that was given is not changed.

    Raises
    ------
    InputFormatError
        A column is missing, or an area stands twice.
    """
    if "ref_area" in frame.columns:
        frame = frame.set_index("ref_area")
    missing = [name for name in required if name not in frame.columns]
    if missing:
        raise InputFormatError(_("A table lacks columns that it must have."), where=where,
                               expected=", ".join(required), got=", ".join(map(str, frame.columns)) or _("none"))
    if unique and not frame.index.is_unique:
        raise InputFormatError(_("An area stands twice in a table."), where=where,
                               got=", ".join(map(str, frame.index[frame.index.duplicated()].unique()[:3])))
    return frame.rename_axis("ref_area")


def amount(frame: pd.DataFrame, column: str, *, where: str, infinite: bool = False) -> pd.Series:
    """Give a column of amounts as floats, refusing what an amount cannot be.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; a column that is not there counts as not known.
    column : str
        Name of the column.
    where : str
        Name of the argument, for the error text.
    infinite : bool, default False
        Whether infinity may stand, as it does in distances to what cannot be reached.

    Returns
    -------
    pandas.Series
        Floats, NaN where not known.

    Raises
    ------
    InvalidValueError
        A value is negative, or infinite where it may not be.
    """
    if column not in frame.columns:
        return pd.Series(np.nan, index=frame.index, name=column)
    values = frame[column].astype(float)
    wrong = (values < 0) | (np.isinf(values) & (not infinite))
    if wrong.any():
        raise InvalidValueError(_("An amount is negative or infinite."), where=f"{where}, {column}", param=column,
                                expected=_("zero or more"), got=float(values[wrong].iloc[0]))
    return values


def reason_of(inputs: Iterable[tuple[pd.Series, str]], index: pd.Index) -> pd.Series:
    """Say for each area which input is not known: the first missing one counts.

    Parameters
    ----------
    inputs : iterable of (pandas.Series, str)
        Each input, and the reason to give where it is missing.
    index : pandas.Index
        The areas.

    Returns
    -------
    pandas.Series
        Reason codes; empty text where every input is known.
    """
    reason = np.full(len(index), "", dtype=object)
    for values, code in inputs:
        reason[np.isnan(values.to_numpy()) & (reason == "")] = str(code)
    return pd.Series(reason, index=index)


def with_totals(people: pd.DataFrame) -> pd.DataFrame:
    """Add the groups of all people where only parts of them were given.

    Parameters
    ----------
    people : pandas.DataFrame
        Rows with ``sex`` and ``age`` (SDMX codes; ``_T`` for all); either may be missing.

    Returns
    -------
    pandas.DataFrame
        The rows with both columns; where no row holds all of a dimension, each row is counted once more under ``_T``.

    Notes
    -----
    A total that was given is never replaced by a sum: an official total may hold people whose group is not known.
    """
    people = people.assign(**{name: "_T" for name in GROUPS if name not in people.columns})
    for name in GROUPS:
        if len(people) and not (people[name] == "_T").any():
            people = pd.concat([people, people.assign(**{name: "_T"})])
    if not ((people["sex"] == "_T") & (people["age"] == "_T")).any():
        people = pd.concat([people, people[people["age"] == "_T"].assign(sex="_T")])
    return people


def concat_rows(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put result rows one after the other; none give an empty table with all columns.

    Parameters
    ----------
    parts : sequence of pandas.DataFrame
        Rows of :data:`~ekistics.core.observation.RESULT_COLUMNS`, indexed by ``ref_area``.

    Returns
    -------
    pandas.DataFrame
        The rows.
    """
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(RESULT_COLUMNS), index=pd.Index([], name="ref_area"))
    return pd.concat(filled)
