"""What keeps the queue whole: jobs whose worker was killed run again, and what is old is taken away."""

import logging
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ekistics.core.errors import EkisticsError
from ekistics.core.i18n import _
from ekistics.web.work.jobs import TRIES, again, run_job
from ekistics.web.work.kinds import KINDS
from ekistics.web.work.leases import is_alive, leases
from ekistics.web.work.models import Job

__all__ = ["FOLDERS", "clean", "mend"]

FOLDERS = ("uploads", "exports")  # below the media folder; one folder a job's file
GRACE = 300  # seconds that a worker of another machine gets above the time limit of its job
FORGOTTEN = 60  # seconds after which a job without a number in the queue is put there again
ROW_DAYS = 7
DAY = 24 * 3600
log = logging.getLogger("ekistics.work")


def mend(now: datetime | None = None) -> int:
    """Put jobs whose worker was killed back into the queue, up to their limit.

    Parameters
    ----------
    now : datetime, optional
        The time.

    Returns
    -------
    int
        Jobs that were put back or given up.
    """
    count = 0
    for row in DBTaskResult.objects.running().filter(task_path=run_job.module_path):
        job = Job.objects.filter(pk=row.args_kwargs["args"][0]).first()
        if not _is_lost(row, job, now or timezone.now()):
            continue
        with transaction.atomic():
            ended = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.FAILED, finished_at=timezone.now(), traceback="the worker was killed")
            if ended and job is not None and job.state in ("queued", "running"):
                log.warning("the worker of job %s (%s) was killed in try %s", job.pk, job.kind, job.attempts)
                _take_up(job)
                count += 1
    return count + sum(map(_take_up, _forgotten(now or timezone.now())))


def _forgotten(now: datetime) -> list[Job]:
    """Give unfinished jobs whose number is not in the queue, such as after a restored backup."""
    open_rows = DBTaskResult.objects.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING))
    known = {str(args["args"][0]) for args in open_rows.filter(task_path=run_job.module_path).values_list(
        "args_kwargs", flat=True)}
    waiting = Job.objects.filter(state__in=("queued", "running"), created_at__lt=now - timedelta(seconds=FORGOTTEN))
    return [job for job in waiting if str(job.pk) not in known]


def _is_lost(row: DBTaskResult, job: Job | None, now: datetime) -> bool:
    alive = is_alive(row.worker_ids[-1]) if row.worker_ids else None
    if alive is not None:
        return not alive
    seconds = KINDS[job.kind].seconds if job is not None and job.kind in KINDS else 0
    return bool(row.started_at + timedelta(seconds=seconds + GRACE) < now)


def _take_up(job: Job) -> bool:
    """Run a job again; end it where it is to be cancelled, or was started as often as may be."""
    if not job.cancel_asked and job.attempts < TRIES:
        again(job)
        return True
    error = EkisticsError(_("The worker was killed in each of {count} tries.").format(count=job.attempts),
                          hint=_("Nothing was saved. The file may need more memory than there is; split it."))
    outcome = {} if job.cancel_asked else {"error": error.as_dict(), "text": str(error)}
    Job.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts).update(
        state="cancelled" if job.cancel_asked else "failed", outcome=outcome, step="", ended_at=timezone.now())
    return True


def clean(now: datetime | None = None) -> int:
    """Take away files of jobs that ended long ago, folders of no job, old rows of the queue, locks of dead workers.

    Parameters
    ----------
    now : datetime, optional
        The time.

    Returns
    -------
    int
        Folders that were taken away.
    """
    now = now or timezone.now()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - timedelta(days=ROW_DAYS)).delete()
    for lease in leases().glob("*"):
        if is_alive(lease.name) is False and not _names_running(lease.name):
            lease.unlink(missing_ok=True)
    for kind, entry in KINDS.items():
        Job.objects.filter(kind=kind, ended_at__lt=now - timedelta(days=entry.keep_days)).exclude(file="").update(
            file="")
    kept = {Path(file).parent.name for file in Job.objects.exclude(file="").values_list("file", flat=True)}
    gone = [folder for folder in _folders() if folder.name not in kept and _age(folder) > DAY]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def _names_running(worker: str) -> bool:
    return any(worker in row.worker_ids for row in DBTaskResult.objects.running())


def _folders() -> Iterator[Path]:
    for name in FOLDERS:
        yield from (Path(settings.MEDIA_ROOT) / name).glob("*")


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
