"""Tables that people upload: what they may report on, how it differs from what stands, and its way into the record."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.text import slugify

from ekistics import __version__
from ekistics.core import place as core
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.observation import DIMENSIONS
from ekistics.core.provenance import Provenance, Run, digest_bytes
from ekistics.core.upload_columns import UPLOAD_COLUMNS
from ekistics.indicators.registry import specs
from ekistics.jobs.people_records import guarded_codes
from ekistics.jobs.upload_problems import UploadProblem
from ekistics.package.descriptor import parse_spec, plain_spec
from ekistics.package.table import NUMBER_COLUMNS, columns_of, csv_bytes
from ekistics.publish.tabular import csv_stream
from ekistics.publish.upload_template import xlsx_template
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.models import User
from ekistics.web.chunks import parts
from ekistics.web.observatory.frames import frame, rows_for
from ekistics.web.observatory.keys import MEASURE, Keys, people_specs
from ekistics.web.observatory.models import Dataset, Edition, Indicator, Observation, Revision
from ekistics.web.observatory.publishing import store_rows
from ekistics.web.places.models import Place
from ekistics.web.policy import Action, Actor, Facts, State, allowed
from ekistics.web.workflow.audit import record
from ekistics.web.workflow.models import Event
from ekistics.web.workflow.stamp import renew_stamp

__all__ = ["Comparison", "Upload", "compare", "dataset_code", "may_report", "plain_indicators", "reportable_places",
           "store_upload", "template"]

KEY = (*MEASURE, "ref_area", "time_period", *DIMENSIONS)
VALUES = (*NUMBER_COLUMNS, "uncertainty", "obs_status", "conf_status", "reason")
SHOWN = 1000
ROUNDED = 1e-14  # relative; a workbook keeps 16 digits of a number, and what it rounds away is no correction
ROW_KEY = ("measure_id", "place_id", "period_id", "group_id")
FORMATS = {"csv": "text/csv; charset=utf-8",
           "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a table differs from what stands.

    Parameters
    ----------
    new, changed, same : int
        Rows without a value that stands, with another one, and with the same.
    beside : int
        New rows whose value stands by another method or base: both will be shown, neither replaces the other.
    changes : list of dict
        The first rows that change or are new: their key, and ``old`` and ``new`` value.
    """

    new: int
    changed: int
    same: int
    beside: int
    changes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Upload:
    """A table without any problem, on its way into the record.

    Parameters
    ----------
    place : Place
        The place below which all rows are.
    title : str
        What the table is called; the same title at the same place is another edition of it.
    table : pandas.DataFrame
        Canonical observations.
    author : User
        Who brings it.
    state : State
        Draft or submitted.
    source : Provenance
        The file.
    note, licence : str
        Why values change; under what licence they are given.
    """

    place: Place
    title: str
    table: pd.DataFrame
    author: User
    state: State
    source: Provenance
    note: str = ""
    licence: str = ""


def may_report(actor: Actor, place: Place) -> bool:
    """Tell whether somebody may bring own values for a place.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : Place
        The place.

    Returns
    -------
    bool
        Whether they may.
    """
    facts = Facts(State.DRAFT, own=True)
    return all(allowed(actor, action, place.path, facts) for action in (Action.EDIT, Action.SUBMIT))


def reportable_places(actor: Actor, place: Place) -> list[core.Place]:
    """Give the places that an upload for a place may report on: it and all below it, as far as the actor may.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : Place
        The place.

    Returns
    -------
    list of core.Place
        The places, by code.
    """
    below = Place.objects.filter(path__startswith=place.path).exclude(country="").order_by("code")
    return [core.Place(p.code, p.name, p.kind, p.country) for p in below if may_report(actor, p)]


def plain_indicators() -> list[dict[str, Any]]:
    """Give the indicators that may be reported on, as plain values: those of the record, then those of this program.

    Returns
    -------
    list of dict
        Specifications, as packages carry them.
    """
    held = dict(Indicator.objects.values_list("code", "specification"))
    own = {spec.code: plain_spec(spec) for spec in specs() if spec.code not in held}
    return [*held.values(), *own.values()]


def compare(actor: Actor, table: pd.DataFrame) -> Comparison:
    """Hold a table against the values that stand and that the actor may read.

    Parameters
    ----------
    actor : Actor
        Who asks.
    table : pandas.DataFrame
        Canonical observations.

    Returns
    -------
    Comparison
        The differences.
    """
    standing = _standing(actor, table)
    joined = table.merge(standing, on=list(KEY), how="left", suffixes=("", "_old"), indicator="_held")
    held = (joined["_held"] == "both").to_numpy()
    same = held.copy()
    for name in VALUES:
        new, old = joined[name], joined[f"{name}_old"]
        equal = (new == old) | (new.isna() & old.isna())
        if name in NUMBER_COLUMNS:
            equal |= (new - old).abs() <= ROUNDED * old.abs()
        same &= equal.to_numpy()
    loose = [name for name in KEY if name not in ("unit_measure", "base", "method")]
    others = set(standing[loose].itertuples(index=False, name=None))
    beside = [key in others and not here for key, here in
              zip(table[loose].itertuples(index=False, name=None), held, strict=True)]
    moved = pd.concat([joined[held & ~same], joined[~held]]).head(SHOWN)
    return Comparison(int((~held).sum()), int((held & ~same).sum()), int(same.sum()), sum(beside),
                      [_change(row) for row in moved.to_dict("records")])


def _standing(actor: Actor, table: pd.DataFrame) -> pd.DataFrame:
    """Read the values that stand for the places and indicators of a table."""
    codes, indicators = sorted(set(table["ref_area"])), sorted(set(table["indicator"]))
    found = [frame(rows_for(actor, where=Q(place__code__in=part, measure__indicator__code__in=indicators)))
             for part in parts(codes)]
    whole = pd.concat(found, ignore_index=True) if found else table.iloc[:0]
    return whole[[*KEY, *VALUES]]


def _change(row: dict[str, Any]) -> dict[str, Any]:
    held = row["_held"] == "both"
    return {**{name: row[name] for name in ("indicator", "series", "variant", "ref_area", "time_period",
                                            "unit_measure")},
            "group": {name: row[name] for name in DIMENSIONS}, "held": held,
            "old": _number(row["obs_value_old"]) if held else None, "new": _number(row["obs_value"])}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def dataset_code(place: Place, title: str) -> str:
    """Give the code of the catalogue's entry of a table.

    Parameters
    ----------
    place : Place
        Its place.
    title : str
        Its title, in any script.

    Returns
    -------
    str
        At most 100 letters; what is cut off, or is no letter, counts by its digest.
    """
    slug = slugify(title, allow_unicode=True)
    room = 100 - len(f"upload:{place.code}:")
    if not slug or len(slug) > room:
        digest = digest_bytes(title.strip().casefold().encode())[:10]
        slug = f"{slug[:room - 11]}-{digest}" if room > 2 * len(digest) else digest
    return f"upload:{place.code}:{slug}"


@transaction.atomic
def store_upload(upload: Upload) -> tuple[Edition, bool]:
    """Make an edition of an upload, all or nothing; the same content of the same table stands once.

    Parameters
    ----------
    upload : Upload
        The table.

    Returns
    -------
    edition : Edition
        The edition that holds it.
    added : bool
        Whether it is new.

    Raises
    ------
    InvalidValueError
        The author may not report on the place, a row is of a place outside of it, or of people's records.
    """
    places = _places(upload)
    _require_no_records(upload.table)
    code = dataset_code(upload.place, upload.title)
    Dataset.objects.get_or_create(code=code, defaults={"kind": "upload", "title": upload.title[:200],
                                                       "place": upload.place, "licence": upload.licence[:100]})
    dataset = Dataset.objects.select_for_update().get(code=code)
    digest = _content_digest(upload.table)
    held = Edition.objects.filter(dataset=dataset, content_digest=digest).first()
    if held is not None:
        return held, False
    edition = _new_edition(upload, dataset, digest)
    keys = Keys()
    used = set(upload.table["indicator"])
    plain = {each["code"]: each for each in plain_indicators() if each["code"] in used}
    keys.learn([parse_spec(each) for each in plain.values()], plain)
    store_rows(edition, upload.table, keys, places)
    edition.change_count = _keep_revisions(edition)
    edition.save(update_fields=["change_count"])
    for before, after in (("", State.DRAFT), *(((State.DRAFT, upload.state),) if upload.state is not State.DRAFT
                                               else ())):
        Event.objects.create(target=f"edition:{edition.pk}", from_state=str(before), to_state=str(after),
                             actor_id=upload.author.pk, note=upload.note if after == upload.state else "")
    record("edition.add", f"edition:{edition.pk}", actor=upload.author.pk, detail={
        "dataset": code, "state": str(upload.state), "run": edition.run, "observations": edition.observation_count})
    renew_stamp()
    return edition, True


def _require_no_records(table: pd.DataFrame) -> None:
    """Refuse values from people's records, whatever the check said: they come in packages alone."""
    used = set(table["indicator"])
    guarded = sorted(used & guarded_codes(people_specs(used)))
    if guarded:
        raise InvalidValueError(UploadProblem.PEOPLE_RECORDS.text, where=guarded[0],
                                hint=UploadProblem.PEOPLE_RECORDS.remedy)


def _places(upload: Upload) -> dict[str, int]:
    """Look the places up; the rights are asked for again, as they may have changed since the check."""
    actor = actor_of_user(upload.author)
    found: dict[str, int] = {}
    for part in parts(sorted(set(upload.table["ref_area"]))):
        found |= {p.code: p.pk for p in Place.objects.filter(code__in=part, path__startswith=upload.place.path)
                  if may_report(actor, p)}
    outside = sorted(set(upload.table["ref_area"]) - set(found))
    if outside or not may_report(actor, upload.place):
        raise InvalidValueError(_("You may not report on this place."), where=", ".join(outside[:5]) or
                                upload.place.code, hint=_("Ask an administrator of the place for the right."))
    return found


def _content_digest(table: pd.DataFrame) -> str:
    """Give the digest of what a table says, whatever the form of its file and the order of its rows."""
    ordered = table.assign(run="").sort_values([*KEY], kind="stable", ignore_index=True)
    return digest_bytes(csv_bytes(columns_of(ordered)))


def _new_edition(upload: Upload, dataset: Dataset, digest: str) -> Edition:
    run = Run((upload.source,), {"title": upload.title}, {}, __version__)
    number = (dataset.editions.aggregate(last=Max("number"))["last"] or 0) + 1
    return Edition.objects.create(
        dataset=dataset, place=upload.place, number=number, label=upload.title[:80], run=run.id, content_digest=digest,
        code_version=run.code_version[:80], made_at=timezone.now(), author=upload.author, state=str(upload.state),
        whole=False, run_record=run.as_dict(), observation_count=len(upload.table), note=upload.note,
        causes=[upload.note] if upload.note else [])


def _keep_revisions(edition: Edition) -> int:
    """Keep what the edition changes against what stands at this time."""
    fields_kept = (*ROW_KEY, "obs_value", "restricted")
    new = {row[:4]: row[4:] for row in Observation.objects.filter(edition=edition).values_list(*fields_kept)}
    old: dict[tuple[int, ...], tuple[Any, ...]] = {}
    for part in parts(sorted({key[1] for key in new})):
        old |= {row[:4]: row[4:] for row in Observation.objects.filter(current=True, place__in=part).values_list(
            *fields_kept) if row[:4] in new}
    found = [Revision(edition=edition, kind="changed" if key in old else "added", old=old[key][0] if key in old else
                      None, new=value, restricted=hidden or (key in old and old[key][1]),
                      **dict(zip(ROW_KEY, key, strict=True)))
             for key, (value, hidden) in new.items() if key not in old or old[key][0] != value]
    Revision.objects.bulk_create(found, batch_size=400)
    return len(found)


def template(ending: str, places: Iterable[core.Place], rows: pd.DataFrame | None = None) -> bytes:
    """Write the template for an upload.

    Parameters
    ----------
    ending : str
        ``csv`` or ``xlsx``.
    places : iterable of core.Place
        The places that may be reported on.
    rows : pandas.DataFrame, optional
        Observations to begin with, for a correction.

    Returns
    -------
    bytes
        The file.
    """
    if ending == "xlsx":
        given = [parse_spec(plain) for plain in plain_indicators()]
        guarded = guarded_codes(given)
        return xlsx_template([spec for spec in given if spec.code not in guarded], places, observations=rows)
    batches = [] if rows is None else [rows]
    return b"\xef\xbb\xbf" + b"".join(csv_stream(batches, columns=tuple(UPLOAD_COLUMNS)))
