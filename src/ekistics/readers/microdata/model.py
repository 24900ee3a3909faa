"""A survey file as it was read: rows, and what is said of each variable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance

__all__ = ["SurveyFile", "Variable", "code_text", "codes_of", "told_codes"]

_SHOWN, _OFTEN, _LONGEST, _DIGITS = 5, 3, 80, 5

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Variable:
    """What is said of a variable of a survey file.

    Parameters
    ----------
    name : str
        Its name.
    label : str
        What it is about, in the words of the survey.
    kind : str
        ``number``, ``text`` or ``other`` (dates and times).
    values : mapping of str to str
        Value labels by code.
    missing : tuple of str
        Codes that the file itself declares missing: 'not known', 'refused'; not the same as an absent answer.
    missing_ranges : tuple of (float, float)
        Ranges of numbers that the file declares missing.
    many : bool
        Whether a cell may hold several codes, with spaces between them.
    """

    name: str
    label: str = ""
    kind: str = "text"
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    missing_ranges: tuple[tuple[float, float], ...] = ()
    many: bool = False

    def user_missing(self, codes: "pd.Series[Any]") -> Bools:
        """Tell which answers the file declares missing.

        Parameters
        ----------
        codes : pandas.Series of str, shape (n,)
            Answers as :func:`codes_of` gives them.

        Returns
        -------
        numpy.ndarray of bool, shape (n,)
            Whether each is.
        """
        found = np.array(codes.isin(self.missing), dtype=bool)
        if self.missing_ranges:
            numbers = pd.to_numeric(codes, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
            for low, high in self.missing_ranges:
                found |= (numbers >= low) & (numbers <= high)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class SurveyFile:
    """A survey file with its variables; it shows no row when printed.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows, as the file has them: user-missing codes stand, absent answers are NaN, None or empty.
    variables : mapping of str to Variable
        What is said of each column.
    provenance : Provenance
        The file it came from.
    sheet : str
        The sheet, where the file has several.
    """

    frame: pd.DataFrame = field(repr=False)
    variables: Mapping[str, Variable] = field(repr=False)
    provenance: Provenance
    sheet: str = ""

    @property
    def name(self) -> str:
        """Give the name of the file, with its sheet."""
        return f"{self.provenance.name}, {self.sheet}" if self.sheet else self.provenance.name

    def __len__(self) -> int:
        return len(self.frame)

    def find(self, name: str) -> Variable:
        """Look a variable up.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        Variable
            What is said of it.

        Raises
        ------
        UnknownNameError
            There is none; the nearest right name is given.
        """
        if name not in self.variables:
            raise UnknownNameError.among(name, list(self.variables), what=_("variable"), where=self.name)
        return self.variables[name]


def code_text(value: Any) -> str:
    """Write an answer as the text of its code; whole numbers have no point.

    Parameters
    ----------
    value : object
        A number or text; absent answers give nothing.

    Returns
    -------
    str
        The code.

    Examples
    --------
    >>> code_text(11.0), code_text(" a b "), code_text(2.5), code_text(float("nan"))
    ('11', 'a b', '2.5', '')
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value).strip()


def codes_of(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Write every answer of a column as the text of its code; each different answer is written once.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        The column.

    Returns
    -------
    pandas.Series of str, shape (n,)
        Codes; empty where there is no answer.
    """
    number, uniques = pd.factorize(values)
    texts = np.array([*map(code_text, uniques), ""], dtype=object)
    return pd.Series(texts[number], index=values.index, dtype=object)


def told_codes(counts: Mapping[str, int]) -> str:
    """Name codes and how often each occurs, for an error text.

    A text that occurs in one or two rows only and is no number of at most five digits may be somebody's own words, or
    telephone: it is counted, not shown.

    Parameters
    ----------
    counts : mapping of str to int
        Rows by code.

    Returns
    -------
    str
        Codes with their counts.

    Examples
    --------
    >>> told_codes({"97": 2, "well": 12, "Fatima": 1})
    '97 (2), well (12), other texts (1)'
    """
    shown = {code: count for code, count in counts.items()
             if len(code) <= _LONGEST and (count >= _OFTEN or _is_short_number(code))}
    first = sorted(shown)[:_SHOWN]
    rest = sum(counts.values()) - sum(shown[code] for code in first)
    parts = [f"{code} ({shown[code]})" for code in first]
    return ", ".join([*parts, *([_("other texts ({count})").format(count=rest)] if rest else [])])


def _is_short_number(code: str) -> bool:
    digits = code.replace(".", "").lstrip("-")
    return digits.isdigit() and len(digits) <= _DIGITS
