"""Packages become editions of the record: idempotent, all or nothing, with what changed and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ekistics.core.errors import EkisticsError, MissingInputError
from ekistics.core.i18n import _
from ekistics.core.provenance import Run
from ekistics.jobs.profile.changes import changed_causes
from ekistics.package.descriptor import DESCRIPTOR
from ekistics.package.table import NUMBER_COLUMNS
from ekistics.web.chunks import parts
from ekistics.web.observatory.intake import Intake, keep_files, take_in
from ekistics.web.observatory.keys import Keys
from ekistics.web.observatory.models import Dataset, Edition, Layer, Observation, Revision
from ekistics.web.observatory.records import run_of
from ekistics.web.observatory.release import settle
from ekistics.web.places.models import Place
from ekistics.web.places.tree import ensure_places, set_boundary
from ekistics.web.policy import State
from ekistics.web.workflow.audit import record
from ekistics.web.workflow.models import Event

__all__ = ["Outcome", "packages_in", "publish_packages", "store_rows"]

BATCH = 50
ROW_KEY = ("measure_id", "place_id", "period_id", "group_id")
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one package.

    Parameters
    ----------
    package : str
        Its folder.
    place : str
        Code of its city; empty where it could not be read.
    edition : int
        Key of the edition that holds it; 0 where there is none.
    added : bool
        Whether the edition is new.
    observations, changes : int
        Its rows, and how many differ from the edition before.
    error : EkisticsError, optional
        Why it was not taken.
    """

    package: str
    place: str = ""
    edition: int = 0
    added: bool = False
    observations: int = 0
    changes: int = 0
    error: EkisticsError | None = None


@dataclass(frozen=True, slots=True)
class New:
    """How new editions enter the record.

    Parameters
    ----------
    author : int, optional
        The account that brings them.
    state : State
        Their state.
    embargo_until : datetime, optional
        The time before which they are not released.
    """

    author: int | None = None
    state: State = State.PUBLISHED
    embargo_until: datetime | None = None


def packages_in(place: Path) -> list[Path]:
    """List the packages of a folder: the folder itself, or those below it.

    Parameters
    ----------
    place : pathlib.Path
        A package, or a folder of packages.

    Returns
    -------
    list of pathlib.Path
        Package folders, in the order of their names.

    Raises
    ------
    MissingInputError
        There is none.
    """
    if (place / DESCRIPTOR).is_file():
        return [place]
    found = sorted(path.parent for path in place.glob(f"*/{DESCRIPTOR}"))
    if not found:
        raise MissingInputError(_("There is no profile package here."), where=place, expected=DESCRIPTOR,
                                hint=_("Make one with 'ekistics profile'."))
    return found


def publish_packages(folders: Sequence[Path], *, author: int | None = None, state: State = State.PUBLISHED,
                     embargo_until: datetime | None = None, progress: Progress | None = None) -> list[Outcome]:
    """Load packages into the record.

    Parameters
    ----------
    folders : sequence of pathlib.Path
        Packages. One that cannot be taken marks itself and leaves the others alone.
    author : int, optional
        The account that brings them.
    state : State
        The state that new editions get.
    embargo_until : datetime, optional
        The time before which published editions are not released.
    progress : callable, optional
        Called with how many are done, of how many, and the name of the last.

    Returns
    -------
    list of Outcome
        One a package, in their order.
    """
    keys, outcomes = Keys(), []
    known: dict[str, Place] = {}
    for batch in parts(folders, BATCH):
        items = [_guarded(folder) for folder in batch]
        with transaction.atomic():
            outcomes += _store_batch(items, keys, known, New(author, state, embargo_until))
        if progress is not None:
            progress(len(outcomes), len(folders), batch[-1].name)
    return outcomes


def _guarded(folder: Path) -> Intake | Outcome:
    """Verify, read and copy a package; one whose content the site holds is not copied again."""
    try:
        item = take_in(folder)
        held = Edition.objects.filter(content_digest=item.content_digest, dataset__code=item.dataset).exists()
        if not held:
            keep_files(item, Path(settings.MEDIA_ROOT) / item.folder_name)
    except EkisticsError as error:
        return Outcome(str(folder), error=error)
    return item


def _store_batch(items: Iterable[Intake | Outcome], keys: Keys, known: dict[str, Place], new: New) -> list[Outcome]:
    """Store some packages; the values of all of them are settled together."""
    outcomes: list[Outcome] = []
    touched: set[int] = set()
    for item in items:
        if isinstance(item, Outcome):
            outcomes.append(item)
            continue
        try:
            with transaction.atomic():
                outcome, places = _store(item, keys, known, new)
        except EkisticsError as error:
            known.clear()
            keys = Keys()
            outcome, places = Outcome(str(item.folder), item.place.code, error=error), set()
        outcomes.append(outcome)
        touched |= places
    settle(touched)
    return outcomes


def _store(item: Intake, keys: Keys, known: dict[str, Place], new: New) -> tuple[Outcome, set[int]]:
    places = ensure_places(item.places, known)
    city = places[item.place.code]
    Dataset.objects.get_or_create(code=item.dataset, defaults={
        "kind": "profile", "title": item.place.name, "place": city, "licence": item.licence[:100],
        "publisher": item.publisher})
    dataset = Dataset.objects.select_for_update().get(code=item.dataset)
    held = Edition.objects.filter(dataset=dataset, content_digest=item.content_digest).first()
    if held is not None:
        return Outcome(str(item.folder), city.code, held.pk, observations=held.observation_count), set()
    edition = _new_edition(item, dataset, city, new)
    for code, boundary in item.boundaries.items():
        if code in places:
            day = edition.made_at.date() if edition.made_at else None
            set_boundary(places[code], boundary, day=day)
    keys.learn(item.indicators, item.specifications)
    store_rows(edition, item.observations, keys, {code: place.pk for code, place in places.items()})
    before = Edition.objects.filter(dataset=dataset, state=str(State.PUBLISHED)).exclude(pk=edition.pk).order_by(
        "-number").first()
    if before is not None:
        _compare(edition, before, item.run)
        edition.save(update_fields=["causes", "change_count"])
    Layer.objects.bulk_create(Layer(edition=edition, **row) for row in item.layer_rows)
    Event.objects.create(target=f"edition:{edition.pk}", to_state=str(new.state), actor_id=new.author)
    record("edition.add", f"edition:{edition.pk}", actor=new.author, detail={
        "dataset": dataset.code, "state": str(new.state), "run": item.run.id,
        "observations": edition.observation_count})
    released = {place.pk for place in places.values()} if edition.released_at is not None else set()
    if released and before is not None:
        released |= set(Observation.objects.filter(edition__dataset=dataset, current=True).values_list(
            "place_id", flat=True))
    return Outcome(str(item.folder), city.code, edition.pk, True, edition.observation_count,
                   edition.change_count), released


def _new_edition(item: Intake, dataset: Dataset, city: Place, new: New) -> Edition:
    number = (dataset.editions.aggregate(last=Max("number"))["last"] or 0) + 1
    now = timezone.now()
    released = new.state is State.PUBLISHED and (new.embargo_until is None or new.embargo_until <= now)
    return Edition.objects.create(
        dataset=dataset, place=city, number=number, label=item.edition[:80], run=item.run.id,
        content_digest=item.content_digest, code_version=item.run.code_version[:80], made_at=parse_datetime(item.made),
        author_id=new.author, state=str(new.state), embargo_until=new.embargo_until,
        released_at=now if released else None, whole=True, folder=item.folder_name, run_record=item.run.as_dict(),
        checks=item.checks, certificates=item.certificates, observation_count=len(item.observations))


def store_rows(edition: Edition, table: pd.DataFrame, keys: Keys, places: dict[str, int]) -> None:
    """Store observations of an edition; none of them is current before it is settled.

    Parameters
    ----------
    edition : Edition
        The edition.
    table : pandas.DataFrame
        Canonical observations.
    keys : Keys
        Where measures, periods and groups are looked up.
    places : dict of str to int
        Keys of places by code.
    """
    numbers = {name: [None if v != v else v for v in table[name].tolist()]  # noqa: PLR0124 - NaN differs from itself
               for name in NUMBER_COLUMNS}
    has_number = ~np.isnan(table[list(NUMBER_COLUMNS)].to_numpy(dtype=float)).all(axis=1)
    columns: dict[str, Sequence[Any]] = {
        "measure_id": keys.measures_of(table), "place_id": [places[code] for code in table["ref_area"]],
        "period_id": keys.periods_of(table), "group_id": keys.groups_of(table), **numbers,
        "uncertainty": table["uncertainty"].tolist(), "obs_status": table["obs_status"].tolist(),
        "conf_status": table["conf_status"].tolist(), "reason": table["reason"].tolist(),
        "restricted": (has_number & (table["conf_status"] != "F").to_numpy()).tolist()}
    rows = zip(*columns.values(), strict=True)
    Observation.objects.bulk_create(
        (Observation(edition=edition, **dict(zip(columns, row, strict=True))) for row in rows), batch_size=400)


def _compare(edition: Edition, before: Edition, run: Run) -> None:
    """Keep each value that differs from the edition before, and the causes that the two runs show."""
    fields = (*ROW_KEY, "obs_value", "restricted")
    old = {row[:4]: row[4:] for row in Observation.objects.filter(edition=before).values_list(*fields)}
    new = {row[:4]: row[4:] for row in Observation.objects.filter(edition=edition).values_list(*fields)}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        kind = "added" if key not in old else "removed" if key not in new else "changed"
        was, hidden_before = old.get(key, (None, False))
        now, hidden = new.get(key, (None, False))
        if kind != "changed" or was != now:
            found.append(Revision(edition=edition, kind=kind, old=was, new=now, restricted=hidden or hidden_before,
                                  **dict(zip(ROW_KEY, key, strict=True))))
    Revision.objects.bulk_create(found, batch_size=400)
    edition.causes = changed_causes(run_of(before), run) if before.run_record else []
    edition.change_count = len(found)
