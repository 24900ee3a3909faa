"""Packages become editions of the record: idempotent, all or nothing, with what changed and why."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ekistics.core.errors import EkisticsError, InvalidValueError, MissingInputError
from ekistics.core.i18n import _
from ekistics.core.provenance import Run
from ekistics.jobs.people_records import require_told
from ekistics.jobs.profile.changes import changed_causes
from ekistics.package.descriptor import DESCRIPTOR
from ekistics.web.observatory.intake import Intake
from ekistics.web.observatory.keys import Keys, people_specs
from ekistics.web.observatory.models import Dataset, Edition, Layer, Observation, Revision
from ekistics.web.observatory.quantiles import renew_quantiles
from ekistics.web.observatory.reading import read_ahead
from ekistics.web.observatory.records import run_of
from ekistics.web.observatory.release import settle, stand
from ekistics.web.observatory.rows import insert_rows, public_counts, row_table, store_rows
from ekistics.web.places.models import Place
from ekistics.web.places.tree import ensure_places, set_boundary
from ekistics.web.policy import State
from ekistics.web.workflow.audit import Entry, record_all
from ekistics.web.workflow.models import Event
from ekistics.web.workflow.stamp import renew_stamp

__all__ = ["Outcome", "packages_in", "publish_packages", "store_rows"]

BATCH = 25
log = logging.getLogger("ekistics.web")
COUNTED = 10_000  # entries of each index; with a tenth of them the planner reads rankings by the wrong index
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
    turned: set[tuple[int, int]] = set()
    for batch, read in read_ahead(folders, Path(settings.MEDIA_ROOT), BATCH):
        with transaction.atomic():
            stored, settled = _store_batch(_refused(batch, read), keys, known, New(author, state, embargo_until))
            if any(outcome.added for outcome in stored):
                renew_stamp()
        outcomes += stored
        turned |= settled | _pairs_of_held(stored)
        if progress is not None:
            progress(len(outcomes), len(folders), batch[-1].name)
    if turned:
        with transaction.atomic():
            renew_quantiles(turned)
            renew_stamp()
    if any(outcome.added for outcome in outcomes):
        _count_for_planner()
    return outcomes


def _count_for_planner() -> None:
    """Let SQLite count what its planner goes by, from a part of each index; PostgreSQL does so by itself."""
    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={COUNTED}")
            cursor.execute("ANALYZE")
    except OperationalError as error:  # another writes all the time; what was published stands without it
        log.warning("SQLite did not count for its planner: %s", error)


def _pairs_of_held(outcomes: Iterable[Outcome]) -> set[tuple[int, int]]:
    """Give measures and periods of editions that were there already: a killed run may not have counted them."""
    held = [outcome.edition for outcome in outcomes if outcome.edition and not outcome.added]
    found = Observation.objects.filter(edition__in=held, edition__released_at__isnull=False)
    return set(found.values_list("measure_id", "period_id").distinct()) if held else set()


def _refused(batch: Sequence[Path], read: Sequence[Intake | EkisticsError]) -> list[Intake | Outcome]:
    return [item if isinstance(item, Intake) else Outcome(str(folder), error=item)
            for folder, item in zip(batch, read, strict=True)]


def _content(item: Intake) -> tuple[str, str]:
    return item.dataset, item.content_digest


def _held(items: Sequence[Intake]) -> dict[tuple[str, str], Edition]:
    """Give the editions that the record holds of packages, by dataset and content."""
    datasets, digests = {item.dataset for item in items}, {item.content_digest for item in items}
    found = Edition.objects.filter(dataset__code__in=datasets, content_digest__in=digests).select_related(
        "dataset").only("dataset__code", "content_digest", "observation_count")
    return {(edition.dataset.code, edition.content_digest): edition for edition in found}


def _store_batch(read: Sequence[Intake | Outcome], keys: Keys, known: dict[str, Place], new: New,
                 ) -> tuple[list[Outcome], set[tuple[int, int]]]:
    """Store packages together; where one cannot be stored, each by itself, so that it marks only itself."""
    items = [item for item in read if isinstance(item, Intake)]
    try:
        stored, turned = _store(items, keys, known, new)
    except EkisticsError:
        stored, turned = _store_apart(items, keys, known, new)
    done = iter(stored)
    return [next(done) if isinstance(item, Intake) else item for item in read], turned


def _store_apart(items: Iterable[Intake], keys: Keys, known: dict[str, Place], new: New,
                 ) -> tuple[list[Outcome], set[tuple[int, int]]]:
    stored: list[Outcome] = []
    turned: set[tuple[int, int]] = set()
    for item in items:
        keys.forget()  # what the transaction that failed had made is gone
        known.clear()
        try:
            outcomes, changed = _store([item], keys, known, new)
        except EkisticsError as error:
            outcomes, changed = [Outcome(str(item.folder), item.place.code, error=error)], set()
        stored += outcomes
        turned |= changed
    keys.forget()
    known.clear()
    return stored, turned


@transaction.atomic
def _store(items: Sequence[Intake], keys: Keys, known: dict[str, Place], new: New,
           ) -> tuple[list[Outcome], set[tuple[int, int]]]:
    """Store packages, with as few statements for many as for one."""
    made = ensure_places((place for item in items for place in item.places), known)
    _require_inside(items, known)
    _require_told(items)
    datasets = _datasets(items, known)
    held = _held(items)
    fresh = list({_content(item): item for item in reversed(items) if _content(item) not in held}.values())[::-1]
    editions = _new_editions(fresh, datasets, new)
    _set_boundaries(zip(fresh, editions, strict=True), known)
    for item, edition in zip(fresh, editions, strict=True):
        keys.learn(item.indicators, item.specifications, replace=edition.released_at is not None)
    changed, turned = _put_values(list(zip(fresh, editions, strict=True)), keys, known, made) if fresh else ({}, set())
    Layer.objects.bulk_create(Layer(edition=edition, **row) for item, edition in zip(fresh, editions, strict=True)
                              for row in item.layer_rows)
    _log(editions, new)
    added = {_content(item): edition for item, edition in zip(fresh, editions, strict=True)}
    first = {_content(item): item for item in fresh}
    return [Outcome(str(item.folder), item.place.code, (edition := (held | added)[_content(item)]).pk,
                    first.get(_content(item)) is item, edition.observation_count,
                    changed.get(edition.pk, 0)) for item in items], turned


def _require_inside(items: Iterable[Intake], places: Mapping[str, Place]) -> None:
    """Refuse packages with places outside their city: who may publish the city need not be heard on those."""
    for item in items:
        for place in item.places:
            if not places[place.code].path.startswith(places[item.place.code].path):
                raise InvalidValueError(_("The package holds a place that is not inside its city."), where=place.code,
                                        expected=item.place.code)


def _require_told(items: Sequence[Intake]) -> None:
    """Refuse packages that hide of an indicator what the record knows: that it comes from people's records."""
    used = {item.folder: item.observations["indicator"].unique().to_pylist() for item in items}
    known = people_specs({code for codes in used.values() for code in codes})
    for item in items:
        require_told(item.indicators, used[item.folder], known=known)


def _datasets(items: Iterable[Intake], places: Mapping[str, Place]) -> dict[str, Dataset]:
    """Find or make the packages' entries of the catalogue, and lock them in the order of their codes."""
    by_code = {item.dataset: item for item in items}
    known = set(Dataset.objects.filter(code__in=by_code).values_list("code", flat=True))
    Dataset.objects.bulk_create((Dataset(
        code=code, kind=item.entry.kind, title=item.entry.title, place=places[item.place.code],
        licence=item.licence[:100], publisher=item.publisher) for code, item in by_code.items() if code not in known),
        ignore_conflicts=True)
    return {each.code: each for each in Dataset.objects.select_for_update().filter(code__in=by_code).order_by("code")}


def _new_editions(items: Sequence[Intake], datasets: Mapping[str, Dataset], new: New) -> list[Edition]:
    last: Counter[int] = Counter(dict(Edition.objects.filter(dataset__code__in={item.dataset for item in items})
                                      .order_by().values_list("dataset_id").annotate(Max("number"))))
    now = timezone.now()
    released = new.state is State.PUBLISHED and (new.embargo_until is None or new.embargo_until <= now)
    made = []
    for item in items:
        dataset = datasets[item.dataset]
        last[dataset.pk] += 1
        made.append(Edition(
            dataset=dataset, place_id=dataset.place_id, number=last[dataset.pk], label=item.edition[:80],
            run=item.run.id, content_digest=item.content_digest, code_version=item.run.code_version[:80],
            made_at=parse_datetime(item.made), author_id=new.author, state=str(new.state),
            embargo_until=new.embargo_until, released_at=now if released else None, whole=True,
            folder=item.folder_name, run_record=item.run.as_dict(), checks=item.checks,
            certificates=item.certificates, observation_count=len(item.observations)))
    return Edition.objects.bulk_create(made)


def _set_boundaries(pairs: Iterable[tuple[Intake, Edition]], places: Mapping[str, Place]) -> None:
    """Give places their boundaries; one that a place has is not changed before the edition is released."""
    for item, edition in pairs:
        for code, boundary in item.boundaries.items():
            if code in places and (edition.released_at is not None or places[code].west is None):
                set_boundary(places[code], boundary, day=edition.made_at.date() if edition.made_at else None)


def _put_values(pairs: Sequence[tuple[Intake, Edition]], keys: Keys, places: Mapping[str, Place],
                made: set[str]) -> tuple[dict[int, int], set[tuple[int, int]]]:
    """Store values, compare them with the editions before, and let those stand that are released.

    Nothing else can stand at a place that was made just now, so its values stand at once; all others are settled.
    """
    tables, standing, touched, left = [], set(), set(), set(made)
    for item, edition in pairs:
        codes = {item.place.code, *item.observations["ref_area"].unique().to_pylist()}  # others have nothing to show
        alone = edition.released_at is not None and codes <= left
        left -= codes
        tables.append((edition, item.observations, alone))
        if edition.released_at is not None:
            (standing if alone else touched).update(places[code].pk for code in codes)
    rows = row_table(tables, keys, {code: place.pk for code, place in places.items()})
    insert_rows(rows)
    changed = _compare_all(pairs)
    released = [edition.dataset_id for _item, edition in pairs if edition.pk in changed and edition.released_at]
    touched |= set(Observation.objects.filter(edition__dataset__in=released, current=True).order_by().values_list(
        "place_id", flat=True).distinct())
    turned = stand(public_counts(rows), standing)
    return changed, turned | (settle(touched) if touched else set())


def _compare_all(pairs: Iterable[tuple[Intake, Edition]]) -> dict[int, int]:
    """Compare editions with the published ones before them, and give how many values changed, by edition."""
    pairs = list(pairs)
    new = {edition.pk for _item, edition in pairs}
    before = {edition.dataset_id: edition for edition in Edition.objects.filter(
        dataset__in={edition.dataset_id for _item, edition in pairs}, state=str(State.PUBLISHED)).exclude(
        pk__in=new).order_by("number")}
    changed = {}
    for item, edition in pairs:
        if edition.dataset_id in before:
            _compare(edition, before[edition.dataset_id], item.run)
            edition.save(update_fields=["causes", "change_count"])
            changed[edition.pk] = edition.change_count
        if edition.state == str(State.PUBLISHED):
            before[edition.dataset_id] = edition
    return changed


def _log(editions: Sequence[Edition], new: New) -> None:
    Event.objects.bulk_create(Event(target=f"edition:{edition.pk}", to_state=str(new.state), actor_id=new.author)
                              for edition in editions)
    record_all(Entry("edition.add", f"edition:{edition.pk}", new.author, {
        "dataset": edition.dataset.code, "state": str(new.state), "run": edition.run,
        "observations": edition.observation_count}) for edition in editions)


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
