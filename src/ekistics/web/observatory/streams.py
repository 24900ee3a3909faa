"""Observations as CSV and JSON, row by row from the record: the shared texts of a row are written once, then reused."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from ekistics.core.observation import DIMENSIONS, OBSERVATION_COLUMNS
from ekistics.package.table import NUMBER_COLUMNS
from ekistics.publish.tabular import harmless
from ekistics.web.chunks import parts
from ekistics.web.observatory.frames import group_of, measure_of, period_of
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.selection import FIELDS
from ekistics.web.places.models import Place

__all__ = ["Texts", "csv_pieces", "frames_of", "json_pieces", "objects"]

Row = tuple[Any, ...]
_PIECE = 2_000  # rows written at once


class Texts:
    """The texts that many rows share, by key, each written once in the form that is asked for."""

    def __init__(self, write: Callable[[str], str]) -> None:
        self.write = write
        self.measures: dict[int, tuple[str, str, str, str, str, str]] = {}
        self.periods: dict[int, str] = {}
        self.groups: dict[int, str] = {}
        self.places: dict[int, str] = {}
        self.runs: dict[int, str] = {}
        self.words: dict[str, str] = {}

    def learn(self, rows: list[Row]) -> None:
        """Look up what these rows name and is not known yet."""
        for key in {row[2] for row in rows} - self.measures.keys():
            m = measure_of(key)
            self.measures[key] = tuple(map(self.write, (  # type: ignore[assignment]
                m.indicator, m.series, m.variant, m.unit_measure, m.base, m.method)))
        for key in {row[4] for row in rows} - self.periods.keys():
            self.periods[key] = self.write(period_of(key))
        for key in {row[5] for row in rows} - self.groups.keys():
            self.groups[key] = ",".join(map(self.write, group_of(key)))
        self._learn_keys(self.places, {row[3] for row in rows}, Place, "code")
        self._learn_keys(self.runs, {row[1] for row in rows}, Edition, "run")
        for word in {word for row in rows for word in row[12:16]} - self.words.keys():
            self.words[word] = self.write(word)

    def _learn_keys(self, known: dict[int, str], keys: set[int], model: Any, name: str) -> None:
        for part in parts(sorted(keys - known.keys())):
            known.update((key, self.write(text)) for key, text in model.objects.filter(pk__in=part).values_list(
                "pk", name))


def _csv_cell(text: str) -> str:
    stream = io.StringIO(newline="")
    # Behind an empty cell, for a lone empty one would be quoted; the ending decides that line breaks are.
    csv.writer(stream, lineterminator="\r\n").writerow(["", harmless(text)])
    return stream.getvalue()[1:-2]


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _null(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _line(texts: Texts, row: Row, number: Callable[[float | None], str]) -> str:
    """Write the cells of a row in the order of ``OBSERVATION_COLUMNS``, with commas between them."""
    indicator, series, variant, unit, base, method = texts.measures[row[2]]
    words = texts.words
    return (f"{indicator},{series},{variant},{texts.places[row[3]]},{texts.periods[row[4]]},{texts.groups[row[5]]},"
            f"{number(row[6])},{unit},{number(row[7])},{number(row[8])},{base},{number(row[9])},{number(row[10])},"
            f"{number(row[11])},{words[row[12]]},{words[row[13]]},{words[row[14]]},{words[row[15]]},{method},"
            f"{texts.runs[row[1]]}")


def csv_pieces(walked: Iterable[list[Row]]) -> Iterator[bytes]:
    """Write rows as CSV: the same bytes as ``publish.tabular.csv_stream`` writes of the same rows.

    Parameters
    ----------
    walked : iterable of list of tuple
        Parts of rows, as :func:`ekistics.web.observatory.selection.walk` gives them.

    Yields
    ------
    bytes
        Pieces of the file: a header with ``OBSERVATION_COLUMNS``, then the rows.
    """
    texts = Texts(_csv_cell)
    yield (",".join(OBSERVATION_COLUMNS) + "\r\n").encode()
    for rows in walked:
        texts.learn(rows)
        for some in parts(rows, _PIECE):
            yield ("\r\n".join(_line(texts, row, _number) for row in some) + "\r\n").encode()


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def json_pieces(walked: Iterable[list[Row]]) -> Iterator[bytes]:
    """Write rows as one JSON document: ``columns``, then ``rows`` as lists in their order.

    Parameters
    ----------
    walked : iterable of list of tuple
        Parts of rows.

    Yields
    ------
    bytes
        Pieces of the document.
    """
    texts = Texts(_json_text)
    yield f'{{"columns": {json.dumps(OBSERVATION_COLUMNS)}, "rows": ['.encode()
    comma = "\n"
    for rows in walked:
        texts.learn(rows)
        for some in parts(rows, _PIECE):
            yield (comma + ",\n".join(f"[{_line(texts, row, _null)}]" for row in some)).encode()
            comma = ",\n"
    yield b"\n]}\n"


def objects(rows: list[Row]) -> list[dict[str, Any]]:
    """Give rows as plain values by column, with the keys of each observation and its edition.

    Parameters
    ----------
    rows : list of tuple
        Rows.

    Returns
    -------
    list of dict
        ``observation`` and ``edition``, then ``OBSERVATION_COLUMNS``; a missing number is None.
    """
    texts = Texts(str)
    texts.learn(rows)
    groups = {key: dict(zip(DIMENSIONS, group_of(key), strict=True)) for key in texts.groups}
    return [_object(texts, row, groups[row[5]]) for row in rows]


def _object(texts: Texts, row: Row, group: dict[str, str]) -> dict[str, Any]:
    indicator, series, variant, unit, base, method = texts.measures[row[2]]
    return {"observation": row[0], "edition": row[1], "indicator": indicator, "series": series, "variant": variant,
            "ref_area": texts.places[row[3]], "time_period": texts.periods[row[4]], **group, "obs_value": row[6],
            "unit_measure": unit, "numerator": row[7], "denominator": row[8], "base": base, "se": row[9],
            "lci": row[10], "uci": row[11], "uncertainty": row[12], "obs_status": row[13], "conf_status": row[14],
            "reason": row[15], "method": method, "run": texts.runs[row[1]]}


def frames_of(walked: Iterable[list[Row]]) -> Iterator[pd.DataFrame]:
    """Turn parts of rows into frames, for the writers that take frames.

    Parameters
    ----------
    walked : iterable of list of tuple
        Parts of rows.

    Yields
    ------
    pandas.DataFrame
        ``OBSERVATION_COLUMNS``, missing numbers as NaN; no frame for an empty part.
    """
    assert FIELDS[6:12] == NUMBER_COLUMNS  # noqa: S101 - rows are read by position here
    for rows in walked:
        if rows:
            frame = pd.DataFrame(objects(rows), columns=list(OBSERVATION_COLUMNS))
            yield frame.assign(**{name: frame[name].astype(float) for name in NUMBER_COLUMNS})
