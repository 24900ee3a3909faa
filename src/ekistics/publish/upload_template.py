"""Templates for uploads: a workbook with drop-down lists, help and code lists, and a CSV with the header alone."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ekistics.core.codelists import CONF_STATUS_WORDS, DIMENSION_CODES, OBS_STATUS_WORDS, URBANISATION_LEVELS
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.place import Place
from ekistics.core.reasons import Reason, reason_text
from ekistics.core.units import UNITS
from ekistics.core.upload_columns import UPLOAD_COLUMNS
from ekistics.package.table import NUMBER_COLUMNS
from ekistics.publish.tabular import harmless

__all__ = ["csv_template", "xlsx_template"]

_ROWS = 20_000  # rows that get drop-down lists
_SMALL, _WIDE = 14, 60
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # so that the same template has the same bytes
_List = tuple[tuple[str, ...], list[tuple[str, ...]]]


def csv_template() -> bytes:
    """Write the CSV template: the header, with a byte order mark so that spreadsheets take it for UTF-8.

    Returns
    -------
    bytes
        The file's content.
    """
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerow(UPLOAD_COLUMNS)
    return stream.getvalue().encode("utf-8-sig")


def xlsx_template(indicators: Iterable[IndicatorSpec], places: Iterable[Place], *,
                  observations: pd.DataFrame | None = None) -> bytes:
    """Write the XLSX template.

    Parameters
    ----------
    indicators : iterable of IndicatorSpec
        The indicators that may be reported on.
    places : iterable of Place
        The places that may be reported on.
    observations : pandas.DataFrame, optional
        Canonical observations to begin with, for corrections; a workbook keeps 16 digits of a number.

    Returns
    -------
    bytes
        A workbook with the sheets ``observations``, ``help`` and ``codes``, in the language in use.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                        "strings_to_numbers": False, "nan_inf_to_errors": False})
    book.set_properties({"created": _MADE})
    sheet, helps, codes = (book.add_worksheet(name) for name in ("observations", "help", "codes"))
    formats = {"head": book.add_format({"bold": True, "bottom": 1, "num_format": "@"}),
               "needed": book.add_format({"bold": True, "bottom": 1, "num_format": "@", "bg_color": "#dce6f2"}),
               "text": book.add_format({"num_format": "@"}),
               "wrap": book.add_format({"text_wrap": True, "valign": "top"})}
    ranges = _write_codes(codes, _lists(tuple(indicators), tuple(places)), formats)
    _write_columns(sheet, ranges, formats)
    if observations is not None:
        _write_observations(sheet, observations)
    _write_help(helps, formats)
    book.close()
    return stream.getvalue()


def _lists(indicators: Sequence[IndicatorSpec], places: Sequence[Place]) -> dict[str, _List]:
    """Give the code lists: for each its heads and its rows, the code first."""
    series = [(s.code, _(s.title), spec.code, s.unit_measure, _(s.base) if s.base else "",
               ", ".join(v.code for v in spec.variants_of(s.code))) for spec in indicators for s in spec.series]
    variants = {v.code: (v.code, _(v.title), spec.code) for spec in indicators for v in spec.variants}
    words = _("meaning")
    lists: dict[str, _List] = {
        "indicator": (("indicator", words), [(spec.code, _(spec.title)) for spec in indicators]),
        "series": (("series", words, "indicator", "unit_measure", "base", "variant"), series),
        "variant": (("variant", words, "indicator"), list(variants.values())),
        "ref_area": (("ref_area", _("name"), _("country"), _("kind")),
                     [(p.code, p.name, p.country, p.kind) for p in places]),
        "unit_measure": (("unit_measure", words), [(u.code, _(u.title)) for u in UNITS.values()]),
        "obs_status": (("obs_status", words), _worded(OBS_STATUS_WORDS)),
        "conf_status": (("conf_status", words), _worded(CONF_STATUS_WORDS)),
        "reason": (("reason", words), [(r.value, reason_text(r.value)) for r in Reason]),
    }
    dimensions = {name: _worded(codes) for name, codes in DIMENSION_CODES.items()} | {"urbanisation": _with_level()}
    return lists | {name: ((name, words), rows) for name, rows in dimensions.items()}


def _worded(codes: Any) -> list[tuple[str, ...]]:
    return [(code, _(words)) for code, words in codes.items()]


def _with_level() -> list[tuple[str, ...]]:
    """Give the codes of urbanisation; both levels have classes of one name, so each class says its level."""
    levels = {code: level for level, codes in URBANISATION_LEVELS.items() for code in codes}
    return [(code, _("{words}, level {level}").format(words=words, level=levels[code]) if code in levels else words)
            for code, words in _worded(DIMENSION_CODES["urbanisation"])]


def _write_codes(sheet: Any, lists: dict[str, _List], formats: dict[str, Any]) -> dict[str, str]:
    """Write the code lists side by side; give the range of cells of each."""
    ranges, column = {}, 0
    for name, (heads, rows) in lists.items():
        for i, head in enumerate(heads):
            sheet.write_string(0, column + i, head, formats["head"])
            sheet.set_column(column + i, column + i, 3 * _SMALL if i == 1 else _SMALL, formats["text"])
        for number, row in enumerate(rows, 1):
            for i, text in enumerate(row):
                sheet.write_string(number, column + i, harmless(text))
        if rows:
            letters = xl_col_to_name(column)
            ranges[name] = f"=codes!${letters}$2:${letters}${len(rows) + 1}"
        column += len(heads) + 1
    sheet.freeze_panes(1, 0)
    return ranges


def _write_columns(sheet: Any, ranges: dict[str, str], formats: dict[str, Any]) -> None:
    """Write the header; text columns are formatted as text, so that no month becomes a date."""
    for i, column in enumerate(UPLOAD_COLUMNS.values()):
        is_number = column.name in NUMBER_COLUMNS
        sheet.set_column(i, i, _SMALL, None if is_number else formats["text"])
        sheet.write_string(0, i, column.name, formats["needed" if column.needed else "head"])
        if is_number:
            sheet.data_validation(1, i, _ROWS, i, {
                "validate": "decimal", "criteria": "between", "minimum": -1e300, "maximum": 1e300,
                "error_title": column.name, "error_message": _("Write a number, or leave the cell empty.")})
        elif column.name in ranges:
            # A warning, not a stop: an own reason, or a place that is added meanwhile, must stay possible.
            sheet.data_validation(1, i, _ROWS, i, {
                "validate": "list", "source": ranges[column.name], "error_type": "warning",
                "error_title": column.name, "error_message": _("This code is not in the list on the sheet 'codes'.")})
    sheet.freeze_panes(1, 0)


def _write_observations(sheet: Any, observations: pd.DataFrame) -> None:
    for i, name in enumerate(UPLOAD_COLUMNS):
        for row, value in enumerate(observations[name].tolist(), 1):
            if name not in NUMBER_COLUMNS:
                sheet.write_string(row, i, harmless(value))
            elif value == value:  # a missing number is an empty cell
                sheet.write_number(row, i, value)


def _write_help(sheet: Any, formats: dict[str, Any]) -> None:
    heads = (_("column"), _("needed"), _("what to write"), _("an empty cell stands for"))
    for i, (head, width) in enumerate(zip(heads, (_SMALL + 6, _SMALL, _WIDE, _SMALL + 10), strict=True)):
        sheet.set_column(i, i, width, formats["wrap"])
        sheet.write_string(0, i, head, formats["head"])
    for row, column in enumerate(UPLOAD_COLUMNS.values(), 1):
        needed = _("yes") if column.needed else _("no")
        for i, text in enumerate((column.name, needed, _(column.text), column.empty)):
            sheet.write_string(row, i, text)
    rules = (_("Fill in the sheet 'observations', one row an observation; the sheet 'codes' holds the codes."),
             _("Do not merge cells, and paste values, not formulas."),
             _("To correct a percentage, change the numerator (or the denominator) as well as the value: the value is "
               "100 times numerator by denominator. Mend lci, uci and se too, or clear them."),
             _("Nothing is saved until every row is without a problem."))
    for i, text in enumerate(rules):
        sheet.write_string(len(UPLOAD_COLUMNS) + 2 + i, 2, text)
