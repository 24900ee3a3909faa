"""Large tables as files that the site's worker makes: what such a job is told, and how it is done."""

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings

from ekistics.core.i18n import _
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.observatory import tables
from ekistics.web.observatory.selection import Selection
from ekistics.web.observatory.taking import Taking
from ekistics.web.work.models import Job

__all__ = ["make", "parameters"]


def parameters(wanted: Selection, form: tables.Form, name: str) -> dict[str, Any]:
    """Say as plain values what a job is to make.

    Parameters
    ----------
    wanted : Selection
        What the table holds.
    form : Form
        Its form.
    name : str
        Name of the file, without its ending.

    Returns
    -------
    dict
        Parameters of a job of the kind ``table``.
    """
    return {"selection": {**asdict(wanted), "dimensions": dict(wanted.dimensions)}, "form": form.ending,
            "name": f"{name}.{form.ending}"}


def make(job: Job, tell: Callable[..., None]) -> dict[str, Any]:
    """Make a table's file: what the worker calls. The rights are those that its author has when it runs.

    Parameters
    ----------
    job : Job
        With the parameters selection, form and name.
    tell : callable
        Takes notes of progress.

    Returns
    -------
    dict
        The keys rows, restricted, file_name and bytes.
    """
    name, form = str(job.parameters["name"]), tables.FORMS[str(job.parameters["form"])]
    wanted = Selection(**job.parameters["selection"])
    folder = Path("exports") / str(job.pk)
    path = Path(settings.MEDIA_ROOT) / folder / f"table.{form.ending}"
    shutil.rmtree(path.parent, ignore_errors=True)  # a try that was killed may have left a part
    path.parent.mkdir(parents=True)
    tell(0.05, _("Writing the table"))
    taking = Taking(actor_of_user(job.author), f"job:{job.pk}")
    rows = tables.made_file(taking, wanted, form, path, about={_("Table"): name},
                            told=lambda done: tell(0.1 + 0.8 * done, _("Writing the table")))
    job.file = str(folder / path.name)
    return {"rows": rows, "restricted": taking.restricted, "file_name": name, "bytes": path.stat().st_size}
