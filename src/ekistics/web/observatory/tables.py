"""Tables of observations as files: what a table holds, and each form in which it can be taken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from django.db.models import Exists, OuterRef, Q, QuerySet

from ekistics.core import m49
from ekistics.core import place as core
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.publish.sdmx import (
    CSV_MEDIA_TYPE,
    ML_MEDIA_TYPE,
    STRUCTURE_MEDIA_TYPE,
    Structure,
    area_codes,
    own_rows,
    own_structure,
    own_structure_message,
    sdg_rows,
    sdg_structure,
    sdmx_csv,
    sdmx_ml,
)
from ekistics.publish.tabular import write_parquet_batches, write_xlsx
from ekistics.web.observatory.frames import indicator_specs
from ekistics.web.observatory.models import Dataset, Edition, Indicator, Observation
from ekistics.web.observatory.selection import Rows, Selection, visible_places, walk
from ekistics.web.observatory.streams import csv_pieces, frames_of, json_pieces
from ekistics.web.observatory.taking import Taking
from ekistics.web.places.models import Place, PlaceCode
from ekistics.web.policy import Actor, readable

__all__ = ["AT_ONCE", "FORMS", "STRUCTURE_MEDIA_TYPE", "Form", "count_up_to", "made_file", "open_editions", "pieces",
           "split_name", "structure_message", "wanted_by"]

AT_ONCE = 20_000  # rows that a file is made of while the reader waits
SDMX_ROWS = 200_000  # a message is held whole, so that two values of one key never both stand in it
AREA_SCHEME = "SDMX REF_AREA"  # codes of places that an office gave for the global structure
SENDER = "EKISTICS"


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which a table is given.

    Parameters
    ----------
    ending : str
        The end of its address.
    media_type : str
        What it is.
    streamed : bool
        Whether it is written while it is read; others are files that are made first.
    """

    ending: str
    media_type: str
    streamed: bool


# The longer endings first: the address is split at the first that fits.
FORMS = {form.ending: form for form in (
    Form("sdg.sdmx.csv", CSV_MEDIA_TYPE, True), Form("sdg.sdmx.xml", ML_MEDIA_TYPE, True),
    Form("sdmx.csv", CSV_MEDIA_TYPE, True), Form("sdmx.xml", ML_MEDIA_TYPE, True),
    Form("csv", "text/csv; charset=utf-8; header=present", True), Form("json", "application/json", True),
    Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
    Form("parquet", "application/vnd.apache.parquet", False))}


def split_name(name: str) -> tuple[str, Form]:
    """Split the last part of a table's address into its code and its form.

    Parameters
    ----------
    name : str
        The part.

    Returns
    -------
    code : str
        What the table is of.
    form : Form
        The form.

    Raises
    ------
    UnknownNameError
        There is no such form.

    Examples
    --------
    >>> split_name("GHA-ACC.sdmx.csv")[0], split_name("GHA-ACC.csv")[1].ending
    ('GHA-ACC', 'csv')
    """
    for ending, form in FORMS.items():
        if name.endswith(f".{ending}") and len(name) > len(ending) + 1:
            return name[:-len(ending) - 1], form
    raise UnknownNameError.among(name.rpartition(".")[2], FORMS, what=_("form of a table"))


def wanted_by(actor: Actor, kind: str, code: str) -> Selection | None:
    """Give what the table of a city, an indicator or a dataset holds.

    Parameters
    ----------
    actor : Actor
        Who asks.
    kind : str
        ``cities``, ``indicators`` or ``datasets``.
    code : str
        Code of the thing.

    Returns
    -------
    Selection or None
        Its current values; None where there is no such thing, or none that the actor may know of.
    """
    if kind == "cities":
        there = visible_places(actor).filter(code=code, kind="city").exists()
        return Selection(parent=code) if there else None
    if kind == "indicators":
        return Selection(indicator=code) if Indicator.objects.filter(code=code).exists() else None
    editions = Edition.objects.filter(readable(actor, edition=""), dataset=OuterRef("pk"))
    found = Dataset.objects.filter(Exists(editions), code=code).values_list("pk", "place__code").first()
    return None if found is None else Selection(dataset=found[0], parent=found[1])


def pieces(taking: Taking, wanted: Selection, form: Form, *, name: str) -> Iterator[bytes]:
    """Write a table in a streamed form.

    Parameters
    ----------
    taking : Taking
        Who asks; it counts the rows and tells the log at the end.
    wanted : Selection
        What the table holds.
    form : Form
        A streamed one.
    name : str
        Id of an SDMX message.

    Returns
    -------
    iterator of bytes
        Pieces of the file.

    Raises
    ------
    InvalidValueError
        The table does not fit into the form.
    """
    if form.ending in ("csv", "json"):
        rows_of = taking.counted(walk(taking.actor, wanted))
        return taking.told(csv_pieces(rows_of) if form.ending == "csv" else json_pieces(rows_of))
    rows, structure = _sdmx(taking.actor, wanted, sdg=form.ending.startswith("sdg."))
    taking.add(rows.get("CONF_STATUS", ()))  # the global structure has none, and takes free values only
    if form.ending.endswith("csv"):
        return taking.told(sdmx_csv(rows, structure))
    return taking.told(sdmx_ml(rows, structure, message=f"EKISTICS-{name}"[:80], sender=SENDER))


def _sdmx(actor: Actor, wanted: Selection, *, sdg: bool) -> tuple[pd.DataFrame, Structure]:
    """Give the rows of a message: values that stand in a time, one a key, the newest where methods changed."""
    if count_up_to(actor, wanted, SDMX_ROWS) > SDMX_ROWS:
        raise InvalidValueError(_("An SDMX message of this site cannot hold that many rows."),
                                expected=_("at most {rows} rows").format(rows=SDMX_ROWS),
                                hint=_("Take CSV or Parquet, or narrow the filter."))
    found = list(frames_of(walk(actor, wanted)))
    if not found:
        raise InvalidValueError(_("There is no value here that you may read."), expected=_("at least one value"))
    table = pd.concat(found, ignore_index=True)
    table = table[table["time_period"] != ""]
    rows, structure = (_sdg(table), sdg_structure()) if sdg else (own_rows(table), own_structure())
    return rows.drop_duplicates(list(structure.dimensions), keep="last"), structure


def _sdg(table: pd.DataFrame) -> pd.DataFrame:
    mapped = sdg_rows(table, _area_codes(set(table["ref_area"])))
    if mapped.rows.empty:
        reasons = mapped.left["left"].value_counts().to_dict()
        raise InvalidValueError(_("No value here has a place in the global SDG structure."),
                                got=", ".join(f"{why}: {count}" for why, count in reasons.items()),
                                hint=_("Countries are known by M49; other places need a code of the scheme "
                                       "'{scheme}'. Our own structure takes every value.").format(scheme=AREA_SCHEME))
    return mapped.rows


def _area_codes(codes: set[str]) -> dict[str, str]:
    places = [core.Place(code, name, kind, country) for code, name, kind, country in Place.objects.filter(
        code__in=codes).values_list("code", "name", "kind", "country")]
    given = dict(PlaceCode.objects.filter(scheme=AREA_SCHEME, place__code__in=codes).values_list(
        "place__code", "value"))
    known = {area.iso_alpha3: area.m49 for area in m49.areas() if area.iso_alpha3}
    return area_codes(places, known, given).codes


def count_up_to(actor: Actor, wanted: Selection, most: int) -> int:
    """Count the rows of a table, but not far beyond a number.

    Parameters
    ----------
    actor : Actor
        Who asks.
    wanted : Selection
        What the table holds.
    most : int
        Where counting stops.

    Returns
    -------
    int
        Rows; any number over ``most`` where there are more.
    """
    count = 0
    for rows in walk(actor, wanted):
        count += len(rows)
        if count > most:
            break
    return count


def made_file(taking: Taking, wanted: Selection, form: Form, path: Path, *,  # noqa: PLR0913 - a file and who hears of it
              about: dict[str, str], told: Callable[[float], None] | None = None) -> int:
    """Make a table's file in a form that is not streamed.

    Parameters
    ----------
    taking : Taking
        Who asks; it counts the rows, and who gives the file away lets it tell the log.
    wanted : Selection
        What the table holds.
    form : Form
        XLSX or Parquet.
    path : pathlib.Path
        The file.
    about : dict of str to str
        What the workbook's second sheet says.
    told : callable, optional
        Called on the way with a share that nears 1: nobody counts the rows before.

    Returns
    -------
    int
        Rows written.
    """
    frames = frames_of(_telling(taking.counted(walk(taking.actor, wanted)), told))
    writers: dict[str, Callable[[], int]] = {"xlsx": lambda: write_xlsx(frames, path, about=about),
                                             "parquet": lambda: write_parquet_batches(frames, path)}
    return writers[form.ending]()


def _telling(walked: Iterator[Rows], told: Callable[[float], None] | None) -> Iterator[Rows]:
    for count, rows in enumerate(walked, start=1):
        if told is not None:
            told(1 - 1 / count)
        yield rows


def structure_message() -> bytes:
    """Give our own structure as an SDMX-ML message, with the record's indicators as a code list."""
    return own_structure_message(indicator_specs().values(), sender=SENDER)


def open_editions(actor: Actor) -> QuerySet[Edition]:
    """Give the editions whose files an actor may take: their packages hold every number, restricted ones too.

    Parameters
    ----------
    actor : Actor
        Who asks.

    Returns
    -------
    django.db.models.QuerySet
        Editions with ``holds``, whether a number in them is restricted.
    """
    held = Observation.objects.filter(edition=OuterRef("pk"), restricted=True)
    return Edition.objects.annotate(holds=Exists(held)).filter(Q(readable(actor, edition="", restricted="holds")))
