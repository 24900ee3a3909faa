"""Background work: put into the queue, run with progress, cancel, tries and a time limit, and told to people.

The queue (``django-tasks-db``) holds numbers of jobs only; the row of the job holds what people see. A job is claimed
by a conditional update, so it runs once however often its number is in the queue.
"""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import default_task_backend, task

from ekistics.core.errors import EkisticsError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import _, use_language
from ekistics.web.accounts.models import User
from ekistics.web.languages import core_language
from ekistics.web.places.models import Place
from ekistics.web.policy import Action, Actor, Facts, allowed
from ekistics.web.render import language_now
from ekistics.web.work.kinds import KINDS
from ekistics.web.work.models import Job
from ekistics.web.workflow.audit import record

__all__ = ["STOPPING", "JobCancelledError", "Tell", "again", "ask_to_cancel", "enqueue", "job_record", "may_see",
           "run_job"]

TRIES = 3  # starts of one job, whether a fault of the database or the death of a worker ended the one before
WAITS = (5.0, 30.0)  # seconds before the second and the third
MOST_WAITING = 20  # unfinished jobs of one person
TRANSIENT = (OperationalError, InterfaceError)
EACH = 0.5  # seconds between two notes of progress
STOPPING = threading.Event()  # set when this process is asked to end
log = logging.getLogger("ekistics.work")


class JobCancelledError(Exception):
    """Somebody asked to cancel the job, or another worker has it."""


class WorkerStoppingError(Exception):
    """The worker is asked to end; the job goes back into the queue."""


class JobTimeError(BaseException):
    """The job took longer than its kind may. Not an Exception, so that nothing on its way takes it for its own."""


def enqueue(kind: str, parameters: dict[str, Any], *, author: User | None = None, place: Place | None = None) -> Job:
    """Put a job into the queue.

    Parameters
    ----------
    kind : str
        One of :data:`~ekistics.web.work.kinds.KINDS`.
    parameters : dict
        Plain values; the language of the request is added, in which outcome and problems are told.
    author : User, optional
        Who wants it; None for the program itself.
    place : Place, optional
        What it is about; its administrators see the job.

    Returns
    -------
    Job
        The job.

    Raises
    ------
    UnknownNameError
        There is no such kind.
    InvalidValueError
        The person has too many unfinished jobs.
    """
    if kind not in KINDS:
        raise UnknownNameError.among(kind, list(KINDS), what=_("kind of job"))
    waiting = Job.objects.filter(author=author, state__in=("queued", "running")).count() if author else 0
    if waiting >= MOST_WAITING:
        raise InvalidValueError(_("You have too many unfinished jobs."), expected=_("at most {count}").format(
            count=MOST_WAITING), got=waiting, hint=_("Wait until some of them have ended, or cancel them."))
    with transaction.atomic():
        job = Job.objects.create(kind=kind, parameters={"language": language_now(), **parameters}, author=author,
                                 place=place)
        _put(job)
    job.refresh_from_db()
    return job


def _put(job: Job, wait: float = 0.0) -> None:
    """Write the number of a job into the queue; a queue that cannot wait (that of tests) runs it at once."""
    later = timezone.now() + timedelta(seconds=wait) if wait and default_task_backend.supports_defer else None
    run_job.using(run_after=later).enqueue(str(job.pk))


@task()
def run_job(job_id: str) -> None:
    """Run a job: what the queue calls.

    Parameters
    ----------
    job_id : str
        Number of the job. One that is not queued any more is left alone.
    """
    taken = Job.objects.filter(pk=job_id, state="queued").update(
        state="running", started_at=timezone.now(), attempts=F("attempts") + 1, progress=0.0, step="")
    if taken:
        job = Job.objects.select_related("author", "place").get(pk=job_id)
        with use_language(core_language(str(job.parameters.get("language", "en")))):
            _run(job)


def _run(job: Job) -> None:
    """Do the work; whatever happens, the job's row says so."""
    try:
        with _time_limit(KINDS[job.kind].seconds):
            outcome = KINDS[job.kind].function()(job, Tell(job))
        _end(job, "done", progress=1.0, outcome=outcome, problems=job.problems, file=job.file)
    except JobCancelledError:
        _end(job, "cancelled")
    except WorkerStoppingError:
        again(job, attempts=job.attempts - 1)
    except JobTimeError:
        _fail(job, InvalidValueError(_("The job took longer than it may."), hint=_("Split it into smaller parts.")))
    except EkisticsError as error:
        _fail(job, error)
    except TRANSIENT:
        log.warning("job %s (%s), try %s: the database did not answer", job.pk, job.kind, job.attempts, exc_info=True)
        _mend_connection()
        if job.attempts < TRIES:
            again(job, wait=WAITS[job.attempts - 1])
        else:
            _fail(job, EkisticsError(_("The database did not answer, in {count} tries.").format(count=TRIES),
                                     hint=_("Nothing was saved. Try again later.")))
    except Exception:
        log.exception("job %s (%s) met an unforeseen error", job.pk, job.kind)
        _fail(job, EkisticsError(_("Something went wrong on our side."),
                                 hint=_("Nothing was saved. The error is in the site's log.")))
    except BaseException:
        again(job, attempts=job.attempts - 1)  # the worker was told to end a second time, and ends now
        raise


def _mend_connection() -> None:
    """Drop a connection that is broken; inside a transaction (of a test) it is left alone."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _end(job: Job, state: str, **changes: Any) -> bool:
    """Write the end of a job, unless it is another worker's by now."""
    mine = Job.objects.filter(pk=job.pk, state="running", attempts=job.attempts)
    return bool(mine.update(state=state, step="", ended_at=timezone.now(), **changes))


def _fail(job: Job, error: EkisticsError) -> None:
    _end(job, "failed", outcome={"error": error.as_dict(), "text": str(error)}, file=job.file)


@transaction.atomic
def again(job: Job, *, wait: float = 0.0, attempts: int | None = None) -> None:
    """Put a job that was started back into the queue.

    Parameters
    ----------
    job : Job
        The job, as it was when it was started.
    wait : float
        Seconds before it may start.
    attempts : int, optional
        How often it counts as started.
    """
    mine = Job.objects.filter(pk=job.pk, state__in=("queued", "running"), attempts=job.attempts)
    if mine.update(state="queued", progress=0.0, step="", attempts=job.attempts if attempts is None else attempts):
        _put(job, wait)


class Tell:
    """Takes notes of progress for a job, and learns on the way that it is to end.

    Parameters
    ----------
    job : Job
        The job.
    """

    def __init__(self, job: Job) -> None:
        self._mine = Job.objects.filter(pk=job.pk, state="running", attempts=job.attempts)
        self._next = 0.0
        self._step = ""

    def __call__(self, progress: float, step: str = "") -> None:
        """Note how far the job is; outside of transactions, so that people can see it.

        Parameters
        ----------
        progress : float
            The share that is done, 0 to 1.
        step : str
            What is being done, translated.

        Raises
        ------
        JobCancelledError
            Cancelling was asked for.
        WorkerStoppingError
            The worker is to end.
        """
        if STOPPING.is_set():
            raise WorkerStoppingError
        if time.monotonic() < self._next and step == self._step:
            return
        self._next, self._step = time.monotonic() + EACH, step
        noted = self._mine.filter(cancel_asked=False).update(progress=min(max(progress, 0.0), 1.0), step=step[:200])
        if not noted:
            raise JobCancelledError


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop the block after some seconds; only the main thread, where the worker runs jobs, can be stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise JobTimeError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def may_see(actor: Actor, job: Job) -> bool:
    """Tell whether somebody may see and cancel a job: its author, and administrators of its place.

    Parameters
    ----------
    actor : Actor
        Who asks.
    job : Job
        The job; one without a place is for administrators of the world.

    Returns
    -------
    bool
        Whether they may.
    """
    if actor.user_id is not None and actor.user_id == job.author_id:
        return True
    path = job.place.path if job.place is not None else "001/"
    return allowed(actor, Action.MANAGE, path, Facts())


@transaction.atomic
def ask_to_cancel(job: Job, *, actor: int | None = None) -> None:
    """Cancel a job that waits; ask one that runs to end at its next step.

    Parameters
    ----------
    job : Job
        The job; one that has ended is left alone.
    actor : int, optional
        Who asks.
    """
    waiting = Job.objects.filter(pk=job.pk, state="queued").update(state="cancelled", ended_at=timezone.now(), step="")
    running = 0 if waiting else Job.objects.filter(pk=job.pk, state="running").update(cancel_asked=True)
    if waiting or running:
        record("job.cancel", f"job:{job.pk}", actor=actor, detail={"kind": job.kind})
    job.refresh_from_db()


def job_record(job: Job) -> dict[str, Any]:
    """Give a job as plain values, for programs.

    Parameters
    ----------
    job : Job
        The job.

    Returns
    -------
    dict
        The keys id, kind, title, state, progress, step, attempts, place, has_file, outcome, problems, and the times
        created_at, started_at and ended_at.
    """
    times = {name: moment.isoformat() if (moment := getattr(job, name)) else None
             for name in ("created_at", "started_at", "ended_at")}
    return {"id": str(job.pk), "kind": job.kind, "title": KINDS[job.kind].words if job.kind in KINDS else job.kind,
            "state": job.state, "progress": job.progress, "step": job.step, "attempts": job.attempts,
            "place": job.place.code if job.place is not None else None, "has_file": bool(job.file),
            "outcome": job.outcome, "problems": job.problems, **times}
