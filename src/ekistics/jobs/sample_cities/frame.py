"""The frame of a sample: read from a list of cities, brought into one canonical file, whose digest is kept."""

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from ekistics.core.errors import (
    ConfigurationError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
    UnknownNameError,
)
from ekistics.core.i18n import _
from ekistics.core.place import Place
from ekistics.core.provenance import digest_bytes
from ekistics.jobs.sample_cities.design import SampleDesign
from ekistics.survey.sampling import Frame
from ekistics.survey.sampling.probabilities import Floats

__all__ = ["FRAME", "CityFrame", "canonical_frame", "csv_text", "parse_frame", "place_of", "read_rows"]

FRAME = "frame.csv"
_BASE = ("code", "name", "size", "longitude", "latitude")
_COORDINATES = {"longitude": 180.0, "latitude": 90.0}  # each with the largest there is
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")  # float() reads 1_000 and other digits too


@dataclass(frozen=True, slots=True, eq=False)
class CityFrame:
    """The frame as it was drawn from.

    Parameters
    ----------
    text : bytes
        Content of ``frame.csv``.
    rows : tuple of dict
        Its rows, by column.
    kernel : Frame
        What the draw needs of them.
    titles : tuple of str
        Name of each stratum, by its number.
    """

    text: bytes
    rows: tuple[Mapping[str, str], ...]
    kernel: Frame
    titles: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return digest_bytes(self.text)

    def column(self, name: str) -> list[str]:
        """Give a column as texts."""
        return [row[name] for row in self.rows]

    def numbers(self, name: str) -> Floats:
        """Give a column as numbers; NaN where it is empty."""
        return np.array([float(row[name] or "nan") for row in self.rows])

    def balancing(self, names: Sequence[str]) -> Floats:
        """Give balancing variables; a column of texts becomes a variable for each of its values but the last."""
        columns: list[Floats] = []
        for name in names:
            try:
                columns.append(self.numbers(name))
            except ValueError:
                texts = np.array(self.column(name))
                columns.extend((texts == value).astype(np.float64) for value in sorted(set(texts))[:-1])
        return np.column_stack(columns) if columns else np.empty((len(self.rows), 0))

    def balancing_names(self, names: Sequence[str]) -> list[str]:
        """Name the columns of :meth:`balancing`."""
        found: list[str] = []
        for name in names:
            try:
                self.numbers(name)
            except ValueError:
                found.extend(f"{name}: {value}" for value in sorted(set(self.column(name)))[:-1])
            else:
                found.append(name)
        return found


def read_rows(path: Path, *, what: str) -> list[dict[str, str]]:
    """Read a CSV list in UTF-8.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    what : str
        What it is, for error texts.

    Returns
    -------
    list of dict
        Its rows by column, without blanks around values.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is not CSV in UTF-8 with commas, has no row, two columns of one name, or a row of another length than its
        head.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except FileNotFoundError as error:
        raise MissingInputError(_("{what} is not there.").format(what=what), where=path) from error
    except (UnicodeDecodeError, csv.Error, IsADirectoryError) as error:
        hint = _("Save it as CSV in UTF-8.") if isinstance(error, UnicodeDecodeError) else None
        raise InputFormatError(_("{what} is not a CSV file in UTF-8.").format(what=what), where=path,
                               got=str(error), hint=hint) from error
    heads = list(reader.fieldnames or ())
    _require_commas(heads, path)
    if twice := [head for head in heads if head and heads.count(head) > 1]:  # of which a reader would keep the last
        raise InputFormatError(_("Two columns have this name."), where=path, got=twice[0],
                               hint=_("Take one of them out."))
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise InputFormatError(_("A row is shorter or longer than the head of the table."),
                                   where=_("{path}, line {line}").format(path=path, line=number))
    if not rows:
        raise InputFormatError(_("{what} has no rows.").format(what=what), where=path)
    return [{name: value.strip() for name, value in row.items()} for row in rows]


def _require_commas(heads: Sequence[str], path: Path) -> None:
    """Refuse a table whose one column is a row of columns: spreadsheets divide them by the mark of their country."""
    marks = {";": _("semicolons"), "\t": _("tabs")}
    for mark in (each for each in marks if len(heads) == 1 and each in heads[0]):
        raise InputFormatError(_("The columns are divided by {mark}, not by commas.").format(mark=marks[mark]),
                               where=path, got=heads[0],
                               hint=_("Save it as CSV with commas between the columns, and decimals with a point."))


def canonical_frame(design: SampleDesign) -> CityFrame:
    """Read the list of cities and bring it into the canonical form.

    Parameters
    ----------
    design : SampleDesign
        The design.

    Returns
    -------
    CityFrame
        The frame: sorted by code, with the columns that the draw needs.

    Raises
    ------
    EkisticsError
        The list cannot be used.
    """
    table = design.frame
    path = design.folder / table.path
    path = path / "places.csv" if path.is_dir() else path
    rows = read_rows(path, what=_("The list of cities"))
    named = {"code": table.code, "name": table.name, "size": table.size}
    named |= {name: column for name in _COORDINATES if (column := getattr(table, name)) in rows[0]}
    others = dict.fromkeys((*design.strata.columns, *design.sample.balancing, *table.keep))
    _refuse_other_columns(named, others, where=path)
    for column in (*named.values(), *others):
        if column not in rows[0]:
            raise UnknownNameError.among(column, list(rows[0]), what=_("column"), where=path)
    picked = [{name: row[column] for name, column in named.items()} | {name: row[name] for name in others
                                                                      if name not in _BASE} for row in rows]
    for line, row in enumerate(picked, 2):
        _check_row(row, _("{path}, line {line}").format(path=path, line=line), others)
    heads = [*(name for name in _BASE if name in named), *(name for name in others if name not in _BASE)]
    text = csv_text(heads, ([row[name] for name in heads] for row in sorted(picked, key=lambda row: row["code"])))
    return parse_frame(text.encode(), design)


def _refuse_other_columns(named: Mapping[str, str], others: Iterable[str], *, where: Path) -> None:
    """Refuse a stratifier or balancing variable whose name the frame gives to another column."""
    for name in others:
        if name in _BASE and named.get(name) != name:
            raise ConfigurationError(_("The frame uses this name for another column."), where=where, param=name,
                                     expected=named.get(name, ""), got=name,
                                     hint=_("Rename the column in the list of cities."))


def _check_row(row: Mapping[str, str], where: str, needed: Iterable[str]) -> None:
    try:
        Place(row["code"], row["name"], "city", "XXX")
    except InvalidValueError as error:
        raise InvalidValueError(error.message, where=where, param="code", got=repr(row["code"])) from error
    for name in ("name", *needed):
        if not row.get(name, row["size"] if name == "size" else ""):
            raise InputFormatError(_("A city has no value in a column that the draw needs."), where=where, param=name)
    for name in ("size", *(name for name in _COORDINATES if row.get(name))):
        number = float(row[name]) if _NUMBER.fullmatch(row[name]) else math.nan
        if not math.isfinite(number):
            raise InputFormatError(_("This is not a number."), where=where, param=name, got=repr(row[name]))
        most = _COORDINATES.get(name, math.inf)
        if abs(number) > most:
            raise InvalidValueError(_("There is no such place on Earth."), where=where, param=name,
                                    expected=f"-{most:.0f} ... {most:.0f}", got=row[name])
    if float(row["size"]) <= 0:
        raise InvalidValueError(_("A unit without a size above zero could never be drawn."), where=where, param="size",
                                expected="> 0", got=row["size"],
                                hint=_("Give it a size, or take it out of the frame and say so."))


def parse_frame(text: bytes, design: SampleDesign) -> CityFrame:
    """Make the frame from the canonical file, as everybody can who has it.

    Parameters
    ----------
    text : bytes
        Content of ``frame.csv``.
    design : SampleDesign
        The design.

    Returns
    -------
    CityFrame
        The frame.

    Raises
    ------
    InvalidValueError
        A city is listed twice, or one that is to be certain is not listed.
    """
    rows = tuple(csv.DictReader(StringIO(text.decode("utf-8"), newline="")))
    codes = [row["code"] for row in rows]
    if len(set(codes)) < len(codes):
        twice = next(code for i, code in enumerate(codes) if code in codes[:i])
        raise InvalidValueError(_("A city is in the list twice."), where=design.frame.path, param="code", got=twice)
    for code in design.strata.certain:
        if code not in codes:
            raise UnknownNameError.among(code, codes, what=_("city"), where="strata.certain")
    size = np.array([float(row["size"]) for row in rows])
    labels = [_stratum(row, design) for row in rows]
    strata = sorted(set(labels))
    titles = _distinct([title for _place, title in strata])
    number = {place: i for i, (place, _title) in enumerate(strata)}
    take_all = math.inf if design.strata.take_all is None else design.strata.take_all
    certain = (size >= take_all) | np.isin(codes, design.strata.certain)
    return CityFrame(text, rows, Frame(codes, size, np.array([number[place] for place, _title in labels]), certain),
                     titles)


def _stratum(row: Mapping[str, str], design: SampleDesign) -> tuple[tuple[object, ...], str]:
    """Give a stratum's place in the order of strata, and its title."""
    values = [row[name] for name in design.strata.columns]
    place: list[object] = list(values)
    if bounds := design.strata.size_classes:
        at = int(np.searchsorted(bounds, float(row["size"]), side="right"))
        place.append(at)
        values.append(_class_title(bounds, at))
    return tuple(place), " / ".join(values) or _("all cities")


def _distinct(titles: Sequence[str]) -> tuple[str, ...]:
    """Put numbers behind titles that several strata have: "a / b" and "c" make the same as "a" and "b / c"."""
    return tuple(title if titles.count(title) == 1 else f"{title} ({titles[:i].count(title) + 1})"
                 for i, title in enumerate(titles))


def _class_title(bounds: Sequence[float], at: int) -> str:
    if at == 0:
        return _("below {size}").format(size=f"{bounds[0]:,.15g}")
    if at == len(bounds):
        return _("{size} or more").format(size=f"{bounds[-1]:,.15g}")
    return _("{lower} to {upper}").format(lower=f"{bounds[at - 1]:,.15g}", upper=f"{bounds[at]:,.15g}")


def place_of(row: Mapping[str, str]) -> dict[str, float | None]:
    """Give where a row of the frame says that its city is.

    Parameters
    ----------
    row : mapping of str to str
        The row.

    Returns
    -------
    dict
        Longitude and latitude in degrees; None where the frame has none.
    """
    return {name: float(row[name]) if row.get(name) else None for name in _COORDINATES}


def csv_text(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV.

    Parameters
    ----------
    heads : iterable of str
        Names of the columns.
    rows : iterable of iterable
        The rows.

    Returns
    -------
    str
        The text, a line feed behind each row.
    """
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return stream.getvalue()
