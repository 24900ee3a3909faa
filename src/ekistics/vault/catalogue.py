"""What a vault holds, without people's values: surveys and their conditions, tables, columns, and their pieces."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.vault.columns import Column

__all__ = ["Catalogue", "Chunk", "StoredColumn", "StoredSurvey", "StoredTable", "SurveyRecord"]

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class SurveyRecord:
    """A survey, and on which conditions its records are kept.

    Parameters
    ----------
    code : str
        Its code: letters, digits, ``. _ -``.
    title : str
        Its title.
    purpose : str
        What it was collected for.
    consent : str
        On which ground the records are kept: what people agreed to, or the law that asks for it.
    retention_until : datetime.date
        Last day on which the records may be kept.
    purposes : tuple of str
        The purposes for which it may be read; for any stated purpose where it is empty.
    consent_column : str
        Column of truth values: whether this person or household agreed; a row without a yes is not taken in.
    retention_column : str
        Column of dates: last day on which this row may be kept.

    Raises
    ------
    InvalidValueError
        A code that cannot be one, or a condition that is empty.

    Examples
    --------
    >>> SurveyRecord("X24", "Households 2024", "SDG 11", "informed consent", date(2034, 12, 31)).code
    'X24'
    """

    code: str
    title: str
    purpose: str
    consent: str
    retention_until: date
    purposes: tuple[str, ...] = ()
    consent_column: str = ""
    retention_column: str = ""

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise InvalidValueError(_("This cannot be a survey's code."), param="code", got=repr(self.code),
                                    expected=_("letters, digits, . _ -"))
        for name in ("title", "purpose", "consent"):
            if not str(getattr(self, name)).strip():
                raise InvalidValueError(_("A survey in the vault states title, purpose and consent."), param=name,
                                        where=self.code)
        if not isinstance(self.retention_until, date):
            raise InvalidValueError(_("A survey in the vault states until when it is kept."), where=self.code,
                                    param="retention_until", expected=_("a date"))


class Chunk(NamedTuple):
    """A sealed piece of a column.

    Parameters
    ----------
    number : int
        Its number in the file.
    generation : int
        The change of the vault that wrote it.
    tag : str
        Its authentication tag, so that no other piece can stand for it.
    """

    number: int
    generation: int
    tag: str


@dataclass(slots=True)
class StoredColumn:
    """A column and its pieces.

    Parameters
    ----------
    column : Column
        How it is kept.
    chunks : list of Chunk
        A piece for each block of rows.
    categories : Chunk, optional
        Its categories.
    """

    column: Column
    chunks: list[Chunk]
    categories: Chunk | None = None

    def pieces(self) -> Iterator[tuple[int, Chunk]]:
        """Give all pieces with the number of their block, -1 for the categories."""
        yield from enumerate(self.chunks)
        if self.categories is not None:
            yield -1, self.categories


@dataclass(slots=True)
class StoredTable:
    """A table.

    Parameters
    ----------
    blocks : list of int
        Rows of each block.
    columns : dict of str to StoredColumn
        Its columns.
    """

    blocks: list[int]
    columns: dict[str, StoredColumn]

    def __len__(self) -> int:
        return sum(self.blocks)


@dataclass(slots=True)
class StoredSurvey:
    """A survey and its tables.

    Parameters
    ----------
    record : SurveyRecord
        Its conditions.
    tables : dict of str to StoredTable
        Its tables.
    """

    record: SurveyRecord
    tables: dict[str, StoredTable]


@dataclass(slots=True)
class Catalogue:
    """All that a vault holds.

    Parameters
    ----------
    generation : int
        How often it was changed.
    surveys : dict of str to StoredSurvey
        The surveys by code.
    """

    generation: int = 0
    surveys: dict[str, StoredSurvey] = field(default_factory=dict)

    def survey(self, code: str) -> StoredSurvey:
        """Give a survey.

        Parameters
        ----------
        code : str
            Its code.

        Returns
        -------
        StoredSurvey
            The survey.

        Raises
        ------
        UnknownNameError
            It is not in the vault.
        """
        if code not in self.surveys:
            raise UnknownNameError.among(code, sorted(self.surveys), what=_("survey"))
        return self.surveys[code]

    def table(self, code: str, name: str) -> StoredTable:
        """Give a table.

        Parameters
        ----------
        code : str
            The survey.
        name : str
            The table.

        Returns
        -------
        StoredTable
            The table.

        Raises
        ------
        UnknownNameError
            It is not in the vault.
        """
        tables = self.survey(code).tables
        if name not in tables:
            raise UnknownNameError.among(name, sorted(tables), what=_("table"), where=code)
        return tables[name]

    def pieces(self) -> Iterator[tuple[tuple[str, str, str, int], Chunk]]:
        """Give every piece with survey, table, column and block."""
        for code, survey in self.surveys.items():
            for table, stored in survey.tables.items():
                for name, column in stored.columns.items():
                    for block, chunk in column.pieces():
                        yield (code, table, name, block), chunk

    def to_json(self) -> bytes:
        """Write it.

        Returns
        -------
        bytes
            JSON.
        """
        return json.dumps(asdict(self), default=date.isoformat, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Catalogue":
        """Read it.

        Parameters
        ----------
        content : bytes
            What :meth:`to_json` wrote.

        Returns
        -------
        Catalogue
            The catalogue.
        """
        given = json.loads(content)
        return cls(given["generation"], {code: StoredSurvey(_record(s["record"]), {
            name: StoredTable(t["blocks"], {c: _column(v) for c, v in t["columns"].items()})
            for name, t in s["tables"].items()}) for code, s in given["surveys"].items()})


def _record(given: dict[str, Any]) -> SurveyRecord:
    return SurveyRecord(**given | {"retention_until": date.fromisoformat(given["retention_until"]),
                                   "purposes": tuple(given["purposes"])})


def _column(given: dict[str, Any]) -> StoredColumn:
    categories = given["categories"]
    return StoredColumn(Column(**given["column"]), [Chunk(*c) for c in given["chunks"]],
                        None if categories is None else Chunk(*categories))
