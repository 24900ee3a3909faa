"""The list of every number of a report as CSV: the same rows and columns as the last sheet of the workbook."""

from math import nan

import pandas as pd

from ekistics.core.i18n import use_language
from ekistics.publish.report import Report
from ekistics.publish.report_xlsx import data_columns
from ekistics.publish.tabular import csv_stream

__all__ = ["report_csv"]

_NUMBERS = ("value", "numerator", "denominator", "se", "lci", "uci")


def report_csv(report: Report) -> bytes:
    """Write the list of numbers of a report as CSV.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    bytes
        UTF-8, one row an entry, its heads in the language of the report; cells that a spreadsheet would compute are
        neutralised.
    """
    entries = [*report.citations, *report.peers]
    with use_language(report.language):
        columns = data_columns()
    rows = pd.DataFrame({title: [_cell(getattr(entry, name), name) for entry in entries] for title, name in columns})
    numbers = [title for title, name in columns if name in _NUMBERS]
    return b"".join(csv_stream([rows], columns=[title for title, _name in columns], numbers=numbers))


def _cell(value: object, name: str) -> object:
    return (nan if value is None else value) if name in _NUMBERS else str(value)
