"""The text tables of a feed: quoted or not, with or without a byte order mark, spaces around names and values."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.readers.archives import read_member

__all__ = ["TableReader", "seconds_of"]

Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class TableReader:
    """Reads the tables of one feed, and collects what is odd about them.

    Parameters
    ----------
    archive : zipfile.ZipFile
        The open feed.
    where : str
        The feed's file, for texts.
    folder : str
        Folder of the tables inside the archive, with its slash; empty for the top.
    problems : list of str
        Sentences about what was odd.
    """

    archive: zipfile.ZipFile
    where: str
    folder: str
    problems: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Tell whether a table is there.

        Parameters
        ----------
        name : str
            File name, e.g. ``stops.txt``.

        Returns
        -------
        bool
            True when it is.
        """
        return self.folder + name in self.archive.NameToInfo

    def read(self, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, pa.DictionaryArray]:
        """Read columns of a table as text.

        Parameters
        ----------
        name : str
            File name, e.g. ``stops.txt``.
        required, optional : sequence of str
            Columns; an absent optional one is ``''`` in every row.

        Returns
        -------
        dict of str to pyarrow.DictionaryArray
            The columns, without spaces around values and without nulls.

        Raises
        ------
        InputFormatError
            The table or a required column is absent, or the table cannot be read.
        """
        where = f"{self.where}/{self.folder}{name}"
        if not self.has(name):
            raise InputFormatError(_("The timetable has no {table}.").format(table=name), where=self.where,
                                   expected=name, hint=_("A GTFS feed needs it; fetch the whole feed."))
        content = read_member(self.archive, self.folder + name)
        names = _header(content)
        absent = [column for column in required if column not in names]
        if absent:
            raise InputFormatError(_("The table lacks columns."), where=where, expected=", ".join(absent),
                                   got=", ".join(names) or _("nothing"))
        table = self._parse(content, names, where)
        columns = {column: _tidy(table.column(column)) for column in (*required, *optional) if column in names}
        blank = pa.DictionaryArray.from_arrays(pa.array(np.zeros(table.num_rows, np.int32)), pa.array([""]))
        return {column: columns.get(column, blank) for column in (*required, *optional)}

    def frame(self, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
        """Read a small table as a frame of text.

        Parameters
        ----------
        name : str
            File name.
        required, optional : sequence of str
            Columns, as in :meth:`read`; an optional table that is absent gives no rows.

        Returns
        -------
        pandas.DataFrame
            The columns, as text.
        """
        columns = self.read(name, required, optional)
        return pd.DataFrame({column: np.asarray(values.to_numpy(zero_copy_only=False), dtype=object)
                             for column, values in columns.items()}, dtype="str")

    def _parse(self, content: bytes, names: list[str], where: str) -> pa.Table:
        """Parse a table fast; where rows or letters are odd, parse it patiently and say so."""
        text = pa.dictionary(pa.int32(), pa.string())
        convert = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, text), strings_can_be_null=False)
        try:
            return pa_csv.read_csv(io.BytesIO(content), convert_options=convert,
                                   read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1, use_threads=True))
        except pa.ArrowInvalid:
            return self._parse_patiently(content, names, where)

    def _parse_patiently(self, content: bytes, names: list[str], where: str) -> pa.Table:
        """Parse a table whose rows differ in length, hold line breaks, or are not UTF-8."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("utf-8-sig", errors="replace")
            self.problems.append(_("{table}: letters that are not UTF-8 were replaced.").format(table=where))
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row][1:]
        odd = sum(len(row) != len(names) for row in rows)
        if odd:
            self.problems.append(_("{table}: {count} rows have more or fewer fields than the header.")
                                 .format(table=where, count=odd))
        width = len(names)
        padded = [(row + [""] * width)[:width] for row in rows]
        columns = zip(*padded, strict=True) if padded else ([] for _name in names)
        return pa.table({name: pa.array(list(column), pa.string()).dictionary_encode()
                         for name, column in zip(names, columns, strict=True)})


def _header(content: bytes) -> list[str]:
    """Give the column names of a table."""
    first = content[:65536].decode("utf-8-sig", errors="replace").splitlines()[:1]
    return [name.strip() for name in next(csv.reader(first), [])] if first else []


def _tidy(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Give a column as one array of codes into trimmed, distinct texts."""
    merged = column.unify_dictionaries().combine_chunks()
    if isinstance(merged, pa.ChunkedArray):  # several chunks stay apart in some versions
        merged = pa.concat_arrays(merged.chunks) if merged.num_chunks else pa.array([], column.type)
    trimmed = pc.utf8_trim_whitespace(merged.dictionary.cast(pa.string())).dictionary_encode()
    codes = pc.take(trimmed.indices, merged.indices)
    return pa.DictionaryArray.from_arrays(codes, trimmed.dictionary)


def seconds_of(column: pa.DictionaryArray, *, where: str) -> Floats:
    """Give times of day as seconds after the start of the service day.

    Parameters
    ----------
    column : pyarrow.DictionaryArray
        Texts such as ``6:05:00`` or ``25:10:00``; ``''`` where no time is given.
    where : str
        The table, for the error text.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Seconds; NaN where no time is given.

    Raises
    ------
    InputFormatError
        A text is not a time.

    Examples
    --------
    >>> seconds_of(pa.array(["25:10:00", ""]).dictionary_encode(), where="stop_times.txt").tolist()
    [90600.0, nan]
    """
    values = np.empty(len(column.dictionary), dtype=np.float64)
    for code, text in enumerate(column.dictionary.to_pylist()):
        parts = text.split(":")
        if text == "":
            values[code] = np.nan
        elif len(parts) == 3 and all(part.strip().isdecimal() for part in parts):
            hours, minutes, seconds = (int(part) for part in parts)
            values[code] = 3600 * hours + 60 * minutes + seconds
        else:
            raise InputFormatError(_("A time of the timetable cannot be read."), where=where,
                                   expected=_("hours:minutes:seconds, e.g. 25:10:00"), got=repr(text))
    return values[np.asarray(column.indices)] if len(values) else np.empty(0)
