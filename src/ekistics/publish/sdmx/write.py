"""SDMX-CSV 2.0 and SDMX-ML 2.1 (structure-specific, all dimensions with each observation), batch by batch.

Both are written here and not with pysdmx: its writers hold the whole message in memory, and its writer of SDMX-ML data
(1.21.0) makes broken or other text of apostrophes, quotation marks and backslashes. It writes our structure message.
"""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pandas as pd
from lxml import etree

from ekistics.core.errors import InputFormatError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.publish.sdmx.structure import MEASURE, Structure
from ekistics.publish.tabular import csv_stream

__all__ = ["ACTIONS", "CSV_MEDIA_TYPE", "ML_MEDIA_TYPE", "sdmx_csv", "sdmx_ml"]

CSV_MEDIA_TYPE = "application/vnd.sdmx.data+csv;version=2.0.0"
ML_MEDIA_TYPE = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"
ACTIONS = {"Information": "I", "Append": "A", "Replace": "R"}
_ROOT = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_MES, _COM, _SS = f"{_ROOT}/message", f"{_ROOT}/common", f"{_ROOT}/data/structurespecific"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_MISSING = "NaN"  # said to be missing, which is more than not said at all
_NO_ID = re.compile(r"[^A-Za-z0-9_@$-]")
_LEVEL = "AllDimensions"
Batches = pd.DataFrame | Iterable[pd.DataFrame]


def sdmx_csv(batches: Batches, structure: Structure, *, action: str = "Information") -> Iterator[bytes]:
    """Write rows as SDMX-CSV 2.0.

    Parameters
    ----------
    batches : pandas.DataFrame or iterable of pandas.DataFrame
        Rows with the structure's columns, as ``own_rows`` and ``sdg_rows`` give them.
    structure : Structure
        The structure of the rows.
    action : str
        What the receiver is to do: one of :data:`ACTIONS`.

    Yields
    ------
    bytes
        Pieces of the file. A missing ``OBS_VALUE`` is ``NaN``; other missing numbers are empty. Text that a spreadsheet
        would compute gets an apostrophe, as in any CSV of ours; no code begins that way, and SDMX-ML holds such text
        unchanged.

    Raises
    ------
    InvalidValueError
        Two rows have one key, a dimension is empty, or a number is infinite.
    UnknownNameError
        There is no such action.
    """
    columns = ("STRUCTURE", "STRUCTURE_ID", "ACTION", *structure.components)
    fixed = {"STRUCTURE": "datastructure", "STRUCTURE_ID": structure.reference, "ACTION": ACTIONS[_known(action)]}
    yield from csv_stream((batch.assign(**fixed) for _first, batch in _checked(batches, structure)), columns=columns,
                          numbers=structure.numbers, missing={MEASURE: _MISSING})


def sdmx_ml(batches: Batches, structure: Structure, *, message: str, sender: str, prepared: datetime | None = None,
            action: str = "Information") -> Iterator[bytes]:
    """Write rows as SDMX-ML 2.1 structure-specific data; a missing ``OBS_VALUE`` is ``NaN``.

    Parameters
    ----------
    batches : pandas.DataFrame or iterable of pandas.DataFrame
        Rows with the structure's columns.
    structure : Structure
        The structure of the rows.
    message : str
        Id of the message; characters other than letters, digits and ``_ @ $ -`` become ``_``.
    sender : str
        Id of the sender, likewise.
    prepared : datetime.datetime, optional
        When it was prepared; now by default.
    action : str
        What the receiver is to do: one of :data:`ACTIONS`.

    Yields
    ------
    bytes
        Pieces of the file.

    Raises
    ------
    InvalidValueError
        Two rows have one key, a dimension or id is empty, or a text holds characters that XML cannot hold.
    UnknownNameError
        There is no such action.
    """
    stream = io.BytesIO()
    space = f"{structure.urn}:ObsLevelDim:{_LEVEL}"
    names = {"mes": _MES, "com": _COM, "ss": _SS, "xsi": _XSI, "ns1": space}
    with etree.xmlfile(stream, encoding="UTF-8") as out:
        out.write_declaration(standalone=False)
        with out.element(f"{{{_MES}}}StructureSpecificData", nsmap=names):
            out.write(_header(structure, space, message=message, sender=sender, prepared=prepared or datetime.now(UTC)))
            with out.element(f"{{{_MES}}}DataSet", _dataset(structure, action)):
                for first, batch in _checked(batches, structure):
                    for element in _observations(batch, structure, first):
                        out.write(element)
                    out.flush()
                    yield _drained(stream)
    yield _drained(stream)


def _drained(stream: io.BytesIO) -> bytes:
    piece = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return piece


def _dataset(structure: Structure, action: str) -> dict[str, str]:
    return {f"{{{_SS}}}dataScope": "DataStructure", f"{{{_SS}}}structureRef": structure.id,
            f"{{{_XSI}}}type": "ns1:DataSetType", "action": _known(action)}


def _known(action: str) -> str:
    if action not in ACTIONS:
        raise UnknownNameError.among(action, list(ACTIONS), what=_("action"))
    return action


def _identifier(text: str, param: str) -> str:
    if not text:
        raise InvalidValueError(_("An SDMX message needs its own id and its sender's."), param=param)
    return _NO_ID.sub("_", text)


def _header(structure: Structure, space: str, *, message: str, sender: str, prepared: datetime) -> etree._Element:
    header = etree.Element(f"{{{_MES}}}Header", nsmap={"mes": _MES, "com": _COM})
    for name, text in (("ID", _identifier(message, "message")), ("Test", "false"),
                       ("Prepared", prepared.isoformat(timespec="seconds"))):
        etree.SubElement(header, f"{{{_MES}}}{name}").text = text
    etree.SubElement(header, f"{{{_MES}}}Sender", id=_identifier(sender, "sender"))
    described = etree.SubElement(header, f"{{{_MES}}}Structure", structureID=structure.id, namespace=space,
                                 dimensionAtObservation=_LEVEL)
    reference = etree.SubElement(etree.SubElement(described, f"{{{_COM}}}Structure"), "Ref")
    reference.attrib.update({"agencyID": structure.agency, "id": structure.id, "version": structure.version,
                             "class": "DataStructure"})
    return header


def _observations(batch: pd.DataFrame, structure: Structure, first: int) -> Iterator[etree._Element]:
    names = structure.components
    columns = [_texts(batch[name]) for name in names]
    for row, values in enumerate(zip(*columns, strict=True), start=first):
        given = {name: text for name, text in zip(names, values, strict=True) if text}
        given.setdefault(MEASURE, _MISSING)
        try:
            yield etree.Element("Obs", given)
        except ValueError as error:
            raise InvalidValueError(_("A text holds characters that XML cannot hold."),
                                    where=_("row {row}").format(row=row), got=repr(given)) from error


def _texts(column: pd.Series) -> list[str]:
    return [value if isinstance(value, str) else _text(value) for value in column.tolist()]


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    return repr(float(value)) if isinstance(value, float) else str(value)  # a numpy float says its type in its repr


def _checked(batches: Batches, structure: Structure) -> Iterator[tuple[int, pd.DataFrame]]:
    """Pass batches on with the number of their first row, once their keys are whole and new.

    The keys of all rows are kept, as 64-bit numbers.
    """
    seen: set[int] = set()
    first = 1
    for batch in [batches] if isinstance(batches, pd.DataFrame) else batches:
        lacking = [name for name in structure.components if name not in batch.columns]
        if lacking:
            raise InputFormatError(_("The rows lack a column."), where=structure.reference, expected=", ".join(lacking))
        columns = {name: _texts(batch[name]) for name in structure.dimensions}
        for name, texts in columns.items():
            if "" in texts:
                raise InvalidValueError(_("A dimension is empty."), param=name,
                                        where=_("row {row}").format(row=first + texts.index("")))
        _refuse_known(list(zip(*columns.values(), strict=True)), seen, first)
        yield first, batch
        first += len(batch)


def _refuse_known(keys: list[tuple[str, ...]], seen: set[int], first: int) -> None:
    for row, key in enumerate(keys, start=first):
        number = hash(key)
        if number in seen:
            raise InvalidValueError(_("Two rows have one key."), where=_("row {row}").format(row=row),
                                    got=".".join(key),
                                    hint=_("Choose one edition or run, so that each value stands once."))
        seen.add(number)
