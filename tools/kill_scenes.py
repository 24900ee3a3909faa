"""The scenes of the kill trials: what runs, what it acknowledges, and how it is run again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SCENES", "Scene", "make_site"]

FIRST = ("GHA-K0", "GHA-K1", "GHA-K2", "GHA-K3")  # in the site from the beginning
GROUPS = (("GHA-K0", "GHA-L0"), ("GHA-K1", "GHA-L1", "GHA-L2"), ("GHA-L3",), ("GHA-K2", "GHA-K3", "GHA-L4"))


@dataclass(frozen=True)
class Scene:
    """A scene.

    Parameters
    ----------
    name : str
        What it is called.
    run, again : callable
        Run it, and run it again after a kill; take where lines are said, and the folder of the trials.
    look : callable
        Look for what was acknowledged; gives faults, and how many things were looked at.
    """

    name: str
    run: Callable[[Any, Path], None]
    again: Callable[[Any, Path], None]
    look: Callable[[Path, Sequence[str]], tuple[list[str], int]]


def make_site(out: Any, folder: Path) -> None:
    """Make the site with which each trial begins: cities, a queue of jobs, and packages and a key beside it."""
    import pyrage
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    from ekistics.package import write_package
    from ekistics.web.observatory.publishing import publish_packages
    from ekistics.web.work.start import prepare
    from tests.web.packages import small_package

    prepare()
    for code in FIRST:
        write_package(small_package(code), folder / "first" / code)
    publish_packages([folder / "first" / code for code in FIRST])
    for number, group in enumerate(GROUPS):
        for code in group:
            write_package(small_package(code, access=61.0, seed=2), folder / "groups" / str(number) / code)
    (folder / "key").write_text(f"{pyrage.x25519.Identity.generate()}\n")
    admin = get_user_model().objects.get()
    table = _keep_table(folder)
    _job("upload-check", table, admin)
    call_command("worker", once=True, stdout=out)
    _job("upload-store", table, admin, state="submitted")
    _job("package", _keep_package(folder), admin, state="published")
    _job("upload-check", _keep_table(folder), admin)
    _export(admin)


def _keep_table(folder: Path) -> str:
    """Keep the values of a city as an uploaded table."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from ekistics.web.observatory.frames import frame, rows_for
    from ekistics.web.observatory.uploads import template
    from ekistics.web.policy import PUBLIC
    from ekistics.web.work.upload_jobs import keep_upload

    rows = frame(rows_for(PUBLIC).filter(place__path__contains="/GHA-K0/"))
    return keep_upload(SimpleUploadedFile("table.csv", template("csv", [], rows)))


def _keep_package(folder: Path) -> str:
    """Keep a package as an uploaded file."""
    import io

    from django.core.files.uploadedfile import SimpleUploadedFile

    from ekistics.package import write_package
    from ekistics.package.archive import zip_package
    from ekistics.web.work.upload_jobs import keep_upload
    from tests.web.packages import small_package

    write_package(small_package("GHA-M0"), folder / "uploaded")
    content = io.BytesIO(b"".join(zip_package(folder / "uploaded")))
    return keep_upload(SimpleUploadedFile("package.zip", content.getvalue()))


def _job(kind: str, file: str, author: Any, **more: str) -> None:
    from ekistics.web.places.models import Place
    from ekistics.web.work.jobs import enqueue

    enqueue(kind, {"file": file, "name": Path(file).name, "title": "Values", "decimal": "", "note": "", "licence": "",
                   **more}, author=author, place=Place.objects.get(code="GHA-K0"))


def _export(author: Any) -> None:
    from ekistics.web.observatory.selection import Selection
    from ekistics.web.observatory.table_files import parameters
    from ekistics.web.observatory.tables import FORMS
    from ekistics.web.work.jobs import enqueue

    # the values of a city that no other job changes, so that the order of the jobs does not matter
    enqueue("table", parameters(Selection(parent="GHA-K3"), FORMS["parquet"], "observations"), author=author)


def _publish(out: Any, folder: Path) -> None:
    """Load the groups of packages, each by the command, and say which group was acknowledged."""
    from django.core.management import call_command

    for number in range(len(GROUPS)):
        call_command("publish", folder / "groups" / str(number), stdout=out)


def _published(folder: Path, lines: Sequence[str]) -> tuple[list[str], int]:
    """Look for every edition whose line was said."""
    from ekistics.web.observatory.models import Edition, Observation

    faults, count = [], 0
    for line in lines:
        place = line.partition(":")[0]
        edition = Edition.objects.filter(dataset__code=f"profile:{place}").order_by("-number").first()
        rows = Observation.objects.filter(edition=edition, current=True).count() if edition is not None else 0
        count += rows
        if edition is None or f"edition {edition.pk}, {rows} observations" not in line:
            faults.append(f"acknowledged and not there: {line}")
    return faults, count


def _backup(out: Any, folder: Path) -> None:
    from django.core.management import call_command

    call_command("backup", folder / "site" / "backup.age", key_file=folder / "key", stdout=out)


def _backup_again(out: Any, folder: Path) -> None:
    """Back up again; a file that is there already is whole, and must be refused."""
    from ekistics.core.errors import InvalidValueError

    there = (folder / "site" / "backup.age").exists()
    try:
        _backup(out, folder)
    except InvalidValueError:
        if not there:
            raise
    else:
        if there:
            raise SystemExit("a backup was replaced")


def _backed_up(folder: Path, lines: Sequence[str]) -> tuple[list[str], int]:
    """Verify the backup wherever there is one: it is whole, and holds the observations and files of the site."""
    from django.conf import settings

    from ekistics.web.observatory.models import Observation
    from ekistics.web.work.restore import check_backup
    from ekistics.web.work.sealed import identity_of

    file = folder / "site" / "backup.age"
    if not file.exists():
        return ([f"acknowledged and not there: {line}" for line in lines], 0)
    found = check_backup(file, identity_of(folder / "key"))
    rows = Observation.objects.count()
    files = sum(p.is_file() for p in Path(settings.MEDIA_ROOT).rglob("*"))
    faults = [] if (found.rows["observatory_observation"], found.files) == (rows, files) else [
        f"the backup holds {found.rows['observatory_observation']} of {rows} rows, {found.files} of {files} files"]
    return faults, sum(found.rows.values()) + found.files


def _work(out: Any, folder: Path) -> None:
    from django.core.management import call_command

    call_command("worker", once=True, stdout=out)


def _worked(folder: Path, lines: Sequence[str]) -> tuple[list[str], int]:
    """Look whether every job that is said to be done has done its work."""
    from django.conf import settings

    from ekistics.web.observatory.models import Edition
    from ekistics.web.work.models import Job

    faults = []
    done = list(Job.objects.filter(state="done"))
    for job in done:
        if job.kind == "table" and not (Path(settings.MEDIA_ROOT) / job.file).is_file():
            faults.append("the export is done, and its file is not there")
        edition = job.outcome.get("edition")
        if edition is not None and not Edition.objects.filter(pk=edition).exists():
            faults.append(f"job {job.kind} is done, and its edition {edition} is not there")
    faults += [f"job {job.kind} failed: {job.outcome}" for job in Job.objects.filter(state__in=("failed", "cancelled"))]
    return faults, len(done)


SCENES = {scene.name: scene for scene in (Scene("publish", _publish, _publish, _published),
                                          Scene("backup", _backup, _backup_again, _backed_up),
                                          Scene("worker", _work, _work, _worked))}
