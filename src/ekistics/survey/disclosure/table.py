"""The table that goes into disclosure control: observation rows, their cases, and how its cells add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import OBSERVATION_COLUMNS, observations
from ekistics.survey.disclosure.rows import KEY_COLUMNS

__all__ = ["CASE_COLUMNS", "CellTable", "SeriesSum"]

CASE_COLUMNS = ("n", "n_psu", "n_numerator")  # unweighted; only the first is needed


@dataclass(frozen=True, slots=True)
class SeriesSum:
    """Series whose numerators add up to that of another, in every cell.

    Parameters
    ----------
    indicator : str
        The indicator.
    parts : tuple of str
        Codes of the series that are added.
    total : str, default ""
        Code of the series that is their sum; empty where they add up to the denominator (a ladder, or a complement).
    variant : str, default ""
        The variant in which it holds.

    Examples
    --------
    >>> SeriesSum("drinking_water", ("basic", "limited", "unimproved", "surface")).total
    ''
    """

    indicator: str
    parts: tuple[str, ...]
    total: str = ""
    variant: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """Everything that is to be published together, before disclosure control.

    Cells that share margins protect each other only within one table: what is published of the same people in two
    tables goes into one ``CellTable``.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of ``OBSERVATION_COLUMNS`` and ``n``, the unweighted cases of the denominator (of households where
        households are the cases, also for shares of people); optionally ``n_psu``, their primary sampling units, and
        ``n_numerator``, the unweighted cases that are counted. Margins are rows with ``_T``.
    areas : mapping of str to str
        For each area that is part of another of the table, that other: neighbourhoods add up to their city.
    codes : mapping of str to mapping of str to tuple of str, optional
        For dimensions whose codes nest otherwise than their list says: for a code, the codes that it is made of.
    sums : tuple of SeriesSum, optional
        Series that add up. Complements, ladders and equal numbers are found in the rows too, and need not be told.
    """

    rows: pd.DataFrame
    areas: Mapping[str, str]
    codes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    sums: tuple[SeriesSum, ...] = ()

    def __post_init__(self) -> None:
        missing = [name for name in (*OBSERVATION_COLUMNS, "n") if name not in self.rows.columns]
        if missing:
            raise InvalidValueError(_("The table lacks columns that disclosure control needs."), param="rows",
                                    expected=", ".join(missing), got=", ".join(map(str, self.rows.columns)),
                                    hint=_("Turn results into observations first, and give n, the unweighted cases."))
        self._require_counts()
        if self.rows.duplicated(list(KEY_COLUMNS)).any():
            raise InvalidValueError(_("Two rows of the table are about the same cell."), param="rows")

    def _require_counts(self) -> None:
        for name in CASE_COLUMNS:
            if name not in self.rows.columns:
                continue
            values = self.rows[name].to_numpy(dtype=float)
            bad = ~(np.isfinite(values) & (values >= 0) & (values == np.floor(values)))
            if bad.any():
                raise InvalidValueError(_("Numbers of cases are whole numbers, and every row needs one."), param=name,
                                        got=_("{count} rows without").format(count=int(bad.sum())))

    @classmethod
    def of_results(cls, results: pd.DataFrame, spec: IndicatorSpec, *, run: str,
                   areas: Mapping[str, str], sums: tuple[SeriesSum, ...] = ()) -> "CellTable":
        """Make a table of the result rows of one indicator.

        Parameters
        ----------
        results : pandas.DataFrame
            Rows of ``RESULT_COLUMNS``, indexed by ``ref_area``, with the columns of cases beside them.
        spec : IndicatorSpec
            The indicator.
        run : str
            Id of the run.
        areas : mapping of str to str
            As for the class.
        sums : tuple of SeriesSum, optional
            As for the class.

        Returns
        -------
        CellTable
            The same rows as observations, with their cases.
        """
        given = [name for name in CASE_COLUMNS if name in results.columns]
        rows = observations(results.drop(columns=given), spec, run=run)
        return cls(rows.assign(**{name: results[name].to_numpy() for name in given}), areas, sums=sums)

    def joined(self, *others: "CellTable") -> "CellTable":
        """Join tables that are published together into one.

        Parameters
        ----------
        *others : CellTable
            Tables of the same people: other indicators, other breakdowns.

        Returns
        -------
        CellTable
            All rows; a column of cases that one of them lacks is left out.
        """
        tables = (self, *others)
        kept = [name for name in CASE_COLUMNS if all(name in table.rows.columns for table in tables)]
        rows = pd.concat([table.rows[[*OBSERVATION_COLUMNS, *kept]] for table in tables], ignore_index=True)
        areas = {child: parent for table in tables for child, parent in table.areas.items()}
        codes = {name: nested for table in tables for name, nested in table.codes.items()}
        return CellTable(rows, areas, codes, tuple(dict.fromkeys(each for table in tables for each in table.sums)))
