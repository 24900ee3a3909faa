"""The jobs of data that come in: check a table dry, store it, take in a package."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from ekistics.core.errors import InputFormatError, InvalidValueError, MissingInputError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance, digest_file
from ekistics.package.descriptor import load_descriptor, parse_head
from ekistics.package.table import read_parquet
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.models import User
from ekistics.web.languages import core_language
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.observatory.uploads import (
    Upload,
    compare,
    may_report,
    plain_indicators,
    reportable_places,
    store_upload,
)
from ekistics.web.places.models import Place
from ekistics.web.policy import State
from ekistics.web.work.apart import TABLE, run_apart
from ekistics.web.work.jobs import Tell
from ekistics.web.work.models import Job

__all__ = ["check", "keep_upload", "package", "store"]

SHOWN = 5000  # problems that are put into words
TABLE_MB, TABLE_SECONDS = 2000, 240
PACKAGE_MB, PACKAGE_SECONDS = 4000, 1800
NAME = "upload"  # of every file that is kept; what people call it is in the job


def keep_upload(file: UploadedFile) -> str:
    """Keep an uploaded file under a random name, where nothing is served from.

    Parameters
    ----------
    file : UploadedFile
        The file, whose size was looked at.

    Returns
    -------
    str
        Its place below the media folder.
    """
    place = f"uploads/{secrets.token_hex(16)}/{NAME}"
    path = Path(settings.MEDIA_ROOT) / place
    path.parent.mkdir(parents=True, mode=0o700)
    with path.open("wb") as stream:
        path.chmod(0o600)
        _copy(file, stream)
    return place


def _copy(file: UploadedFile, stream: BinaryIO) -> None:
    for piece in file.chunks():
        stream.write(piece)


def _path(job: Job) -> Path:
    """Give the uploaded file of a job."""
    path = Path(settings.MEDIA_ROOT) / str(job.parameters["file"])
    if not path.is_file():
        raise MissingInputError(_("The file is no longer kept."), where=str(job.parameters["name"]),
                                hint=_("Upload it again."))
    return path


def _author(job: Job) -> User:
    if job.author is None or not job.author.is_active:
        raise InvalidValueError(_("The account that uploaded the file is closed."))
    return job.author


def _order(job: Job, path: Path, **more: Any) -> dict[str, Any]:
    return {"path": str(path.absolute()), "name": str(job.parameters["name"]), "run": "upload",
            "language": core_language(str(job.parameters.get("language", "en"))), **more}


@contextmanager
def _staging(path: Path) -> Iterator[Path]:
    """Give an empty folder beside a file, which is taken away afterwards, also from an earlier, killed run."""
    for left in path.parent.glob("staging-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="staging-", dir=path.parent) as folder:
        yield Path(folder).absolute()


def check(job: Job, tell: Tell) -> dict[str, Any]:
    """Check an uploaded table dry.

    Parameters
    ----------
    job : Job
        With the parameters file, name, title, decimal, note and licence.
    tell : Tell
        Takes progress.

    Returns
    -------
    dict
        rows, count and by_code of problems, found (about the file), and where there is no problem the comparison with
        what stands: new, changed, same, beside, changes.
    """
    path, actor = _path(job), actor_of_user(_author(job))
    job.file = str(job.parameters["file"])
    place = _place(job)
    tell(0.05, _("Reading the file"))
    order = _order(job, path, work="table", indicators=plain_indicators(), memory_mb=TABLE_MB, seconds=TABLE_SECONDS,
                   places=[asdict(p) for p in reportable_places(actor, place)], shown=SHOWN,
                   decimal=str(job.parameters.get("decimal", "")),
                   limits={"bytes": settings.EKISTICS.upload_mb * 1_000_000, "memory_mb": 0})
    with _staging(path) as folder:
        found = run_apart(folder, order, look=lambda: tell(0.3, _("Reading the file and checking every row")))
        job.problems = found.pop("problems")
        if found["count"]:
            return {**found, "ok": False}
        tell(0.8, _("Comparing with the values that stand"))
        table = read_parquet(folder / TABLE)
        (folder / TABLE).replace(path.parent / TABLE)
    return {**found, "ok": True, **asdict(compare(actor, table))}


def _place(job: Job) -> Place:
    if job.place is None:
        raise InvalidValueError(_("The place of the upload is not in the record any more."))
    return job.place


def store(job: Job, tell: Tell) -> dict[str, Any]:
    """Store a checked table as an edition.

    Parameters
    ----------
    job : Job
        With the parameters of its check, and state.
    tell : Tell
        Takes progress.

    Returns
    -------
    dict
        edition, added, state, observations, changes.
    """
    path = _path(job)
    checked = path.parent / TABLE
    if not checked.is_file():
        raise MissingInputError(_("The table was not checked, or has problems."), where=str(job.parameters["name"]),
                                hint=_("Upload it again."))
    job.file = str(job.parameters["file"])
    tell(0.1, _("Storing all rows at once"))
    source = Provenance(str(job.parameters["name"]), digest_file(path), role="upload",
                        licence=str(job.parameters.get("licence", "")), accessed=datetime.now(UTC).date().isoformat())
    edition, added = store_upload(Upload(
        _place(job), str(job.parameters["title"]), read_parquet(checked), _author(job),
        State(job.parameters["state"]), source, str(job.parameters.get("note", "")),
        str(job.parameters.get("licence", ""))))
    return _outcome(edition, added=added)


def _outcome(edition: Edition, *, added: bool) -> dict[str, Any]:
    return {"edition": edition.pk, "number": edition.number, "added": added, "state": edition.state,
            "dataset": edition.dataset.code, "title": edition.dataset.title,
            "observations": edition.observation_count, "changes": edition.change_count}


def package(job: Job, tell: Tell) -> dict[str, Any]:
    """Take in an uploaded profile package.

    Parameters
    ----------
    job : Job
        With the parameters file, name and state.
    tell : Tell
        Takes progress.

    Returns
    -------
    dict
        edition, added, state, observations, changes.
    """
    path, author = _path(job), _author(job)
    job.file = str(job.parameters["file"])
    tell(0.05, _("Unpacking and verifying"))
    order = _order(job, path, work="package", memory_mb=PACKAGE_MB, seconds=PACKAGE_SECONDS,
                   unpacked_mb=settings.EKISTICS.max_unpacked_mb)
    with _staging(path) as folder:
        run_apart(folder, order, look=lambda: tell(0.3, _("Unpacking and verifying")))
        _require_rights(author, folder / "package")
        tell(0.6, _("Storing the numbers and drawing the map"))
        (outcome,) = publish_packages([folder / "package"], author=author.pk, state=State(job.parameters["state"]))
    if outcome.error is not None:
        raise outcome.error
    edition = Edition.objects.select_related("dataset", "place").get(pk=outcome.edition)
    Job.objects.filter(pk=job.pk).update(place=edition.place)
    return _outcome(edition, added=outcome.added)


def _require_rights(author: User, folder: Path) -> None:
    """Refuse a package about places that its bringer may not report on, or that mixes places of others in."""
    place, places, _run, _indicators = parse_head(load_descriptor(folder))
    actor = actor_of_user(author)
    held = {p.code: p for p in Place.objects.filter(code__in=[p.code for p in places])}
    city = held.get(place.code)
    root = city or Place.objects.filter(code=place.country, kind="country").first() or Place.objects.get(code="001")
    inside = root.path if city is not None else f"{root.path}{place.code}/"
    if not may_report(actor, root):
        raise InvalidValueError(_("You may not report on this place."), where=place.code,
                                hint=_("Ask an administrator of the place for the right."))
    strange = sorted(code for code, p in held.items() if not p.path.startswith(inside))
    if strange or any(p.country != place.country for p in places):
        raise InputFormatError(_("The package holds places that do not belong to its city."), where=place.code,
                               got=", ".join(strange[:5]) or None)
