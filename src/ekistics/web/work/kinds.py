"""The kinds of background work: what each is called, which function does it, and how long it may take."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string

from ekistics.core.i18n import N_, _

__all__ = ["KINDS", "Kind"]

Work = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job.

    Parameters
    ----------
    title : str
        What people call it (English source text).
    work : str or callable
        The function, or where it is. It takes the job and ``tell`` and gives the outcome as plain values. It may be
        run again after a kill, so running it twice must be the same as running it once.
    seconds : int
        The longest it may take.
    keep_days : int
        How long the job's file is kept after its end.
    """

    title: str
    work: str | Work
    seconds: int = 900
    keep_days: int = 30

    @property
    def words(self) -> str:
        """Give the title, translated."""
        return _(self.title)

    def function(self) -> Work:
        """Give the function, imported when it is first needed."""
        found: Work = import_string(self.work) if isinstance(self.work, str) else self.work
        return found


KINDS: dict[str, Kind] = {
    "upload-check": Kind(N_("Check of an uploaded table"), "ekistics.web.work.upload_jobs.check"),
    "upload-store": Kind(N_("Upload of a table"), "ekistics.web.work.upload_jobs.store"),
    "package": Kind(N_("Upload of a profile package"), "ekistics.web.work.upload_jobs.package", seconds=3600),
    "table": Kind(N_("Table as a file"), "ekistics.web.observatory.table_files.make", seconds=1800),
}
