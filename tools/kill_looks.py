"""What the kill trials look at: whether a site is whole, and what state it is in, without its own numbers of rows."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["digests", "look_at"]

KEY = ("measure_id", "place_id", "period_id", "group_id")
NATURAL = ("measure__indicator__code", "measure__series", "measure__variant", "measure__unit_measure", "place__code",
           "period__text", "group__sex", "group__total")
NUMBERS = ("obs_value", "numerator", "denominator", "se", "lci", "uci", "obs_status", "conf_status", "reason",
           "restricted", "current")


def look_at() -> tuple[list[str], dict[str, int]]:
    """Look at the site and give its faults, and how much of what was compared."""
    faults: list[str] = []
    compared: Counter[str] = Counter()
    for what, look in (("databases", _database), ("editions", _editions), ("keys of values", _standing),
                       ("counts", _coverage), ("entries of the log", _log), ("pages", _pages)):
        found, count = look()
        faults += found
        compared[what] += count
    return faults, dict(compared)


def _database() -> tuple[list[str], int]:
    from django.db import connection

    if connection.vendor != "sqlite":
        return [], 1  # every row is read below
    with connection.cursor() as cursor:
        said = [row[0] for row in cursor.execute("PRAGMA integrity_check").fetchall()]
        broken = cursor.execute("PRAGMA foreign_key_check").fetchall()
    return [f"integrity_check: {text}" for text in said if text != "ok"] + [f"foreign key: {b}" for b in broken], 1


def _editions() -> tuple[list[str], int]:
    """Look for all rows of each edition, its files, its event and its entry in the log."""
    from django.conf import settings

    from ekistics.web.observatory.models import Edition, Observation
    from ekistics.web.workflow.models import AuditEntry, Event

    faults = []
    editions = list(Edition.objects.all())
    for edition in editions:
        rows = Observation.objects.filter(edition=edition).count()
        if rows != edition.observation_count or not rows:
            faults.append(f"edition {edition.pk} has {rows} of {edition.observation_count} rows")
        folder = Path(settings.MEDIA_ROOT) / edition.folder
        if edition.folder and not ((folder / "package" / "datapackage.json").is_file() and (folder / "map").is_dir()):
            faults.append(f"edition {edition.pk} lacks its files")
        target = f"edition:{edition.pk}"
        if not Event.objects.filter(target=target).exists():
            faults.append(f"edition {edition.pk} has no event")
        if AuditEntry.objects.filter(target=target, action="edition.add").count() != 1:
            faults.append(f"edition {edition.pk} is not in the log once")
    if Observation.objects.exclude(edition__in=[e.pk for e in editions]).exists():
        faults.append("rows of no edition")
    return faults, len(editions)


def _standing() -> tuple[list[str], int]:
    """Work out anew which values stand: of each key the one that was released last, and no other."""
    from ekistics.web.observatory.models import Edition, Observation

    released = list(Edition.objects.filter(state="published", released_at__isnull=False).order_by("released_at", "id"))
    order = {edition.pk: number for number, edition in enumerate(released)}
    last_whole = {edition.dataset_id: order[edition.pk] for edition in released if edition.whole}
    dataset = {edition.pk: edition.dataset_id for edition in released}
    newest: dict[tuple[int, ...], tuple[int, int]] = {}
    for pk, edition, *key in Observation.objects.values_list("pk", "edition_id", *KEY):
        if edition in order and order[edition] >= last_whole.get(dataset[edition], 0):
            newest[tuple(key)] = max(newest.get(tuple(key), (-1, -1)), (order[edition], pk))
    wanted = {pk for _number, pk in newest.values()}
    held = set(Observation.objects.filter(current=True).values_list("pk", flat=True))
    return [f"{len(wanted - held)} values should stand, {len(held - wanted)} should not"] if wanted != held else [], \
        len(newest)


def _coverage() -> tuple[list[str], int]:
    """Count anew the values that stand."""
    from ekistics.web.observatory.models import Coverage, Observation

    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for measure, period, value in Observation.objects.filter(current=True, restricted=False).values_list(
            "measure_id", "period_id", "obs_value"):
        counts[measure, period][0] += 1
        counts[measure, period][1] += value is not None
    held = {(c.measure_id, c.period_id): [c.rows, c.values] for c in Coverage.objects.all() if c.rows}
    return (["the counts of values are not those of the values"] if held != dict(counts) else []), len(held)


def _log() -> tuple[list[str], int]:
    from ekistics.web.workflow.audit import check_chain

    checked = check_chain()
    return ([f"the log: {checked.broken}"] if checked.broken is not None else []), checked.count


def _pages() -> tuple[list[str], int]:
    """Open the first page and the page of every listed city."""
    from django.test import Client

    from ekistics.web.places.models import Place

    pages = ["/en/", *(f"/en/cities/{code}/" for code in Place.objects.filter(listed=True, kind="city").values_list(
        "code", flat=True))]
    answers = {page: Client().get(page).status_code for page in pages}
    return [f"{page} answers {status}" for page, status in answers.items() if status != 200], len(pages)


def digests() -> dict[str, str]:
    """Give the digest of each part of the site's state, in natural keys, without times and the backup's entries."""
    from ekistics.web.observatory.models import Coverage, Edition, Layer, Observation, Revision
    from ekistics.web.places.models import Boundary, Place, SearchTerm
    from ekistics.web.work.models import Job
    from ekistics.web.workflow.models import AuditEntry, Event

    edition = ("edition__dataset__code", "edition__number")
    parts: dict[str, Iterable[Any]] = {
        "editions": Edition.objects.values_list("dataset__code", "number", "content_digest", "state", "run", "whole",
                                                "folder", "observation_count", "change_count", _absent("released_at")),
        "observations": Observation.objects.values_list(*edition, *NATURAL, *NUMBERS),
        "revisions": Revision.objects.values_list(*edition, *NATURAL, "kind", "old", "new"),
        "coverage": Coverage.objects.values_list("measure__series", "measure__variant", "period__text", "rows",
                                                 "values", "quantiles"),
        "layers": Layer.objects.values_list(*edition, "code", "kind"),
        "places": Place.objects.values_list("code", "path", "listed", "west", "north"),
        "terms": SearchTerm.objects.values_list("place__code", "term"),
        "boundaries": Boundary.objects.values_list("place__code", "number", "digest", _absent("valid_to")),
        "events": Event.objects.values_list("from_state", "to_state"),
        "log": AuditEntry.objects.exclude(action__startswith="backup.").values_list("action"),
        "jobs": Job.objects.values_list("kind", "state", "outcome__observations", "outcome__rows"),
        "files": _files()}
    return {name: _digest(rows) for name, rows in parts.items()}


def _absent(name: str) -> Any:
    """Give whether a field is empty, in the place of a time that differs from run to run."""
    from django.db.models import BooleanField, ExpressionWrapper, Q

    return ExpressionWrapper(Q(**{f"{name}__isnull": True}), BooleanField())


def _digest(rows: Iterable[Any]) -> str:
    lines = sorted(json.dumps(list(row)) for row in rows)
    return f"{len(lines)}:{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:16]}"


def _files() -> list[tuple[str, str]]:
    from django.conf import settings

    media = Path(settings.MEDIA_ROOT)
    return [(path.relative_to(media).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
            for path in media.rglob("*") if path.is_file()]
