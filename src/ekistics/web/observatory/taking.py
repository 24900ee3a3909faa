"""Files with numbers that are not for everybody are told to the log: who took which, and how many rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest

from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.observatory.selection import FIELDS, Rows, Selection
from ekistics.web.policy import Actor
from ekistics.web.workflow.audit import record

__all__ = ["Taking", "package_taken", "rows_leave", "rows_taken", "selected"]

FREE = "F"  # conf_status of what everybody may read
_CONF = FIELDS.index("conf_status")


@dataclass(slots=True)
class Taking:
    """One file on its way to somebody: it counts the rows, and those that are not for everybody.

    Parameters
    ----------
    actor : Actor
        Who takes it.
    target : str
        What it is, for the log, e.g. ``table:cities-GHA-AVA``.
    detail : mapping
        Plain values that say more of it.
    """

    actor: Actor
    target: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 0
    restricted: int = 0

    def counted(self, walked: Iterable[Rows]) -> Iterator[Rows]:
        """Count rows of the record on their way."""
        for rows in walked:
            self.add(row[_CONF] for row in rows)
            yield rows

    def add(self, conf_statuses: Iterable[str]) -> None:
        """Count rows by their ``conf_status``."""
        for conf_status in conf_statuses:
            self.rows += 1
            self.restricted += conf_status != FREE

    def told(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Tell the log at the end of a stream, or where the reader broke it off: what was counted had left."""
        try:
            yield from pieces
        finally:
            self.tell()

    def tell(self) -> None:
        """Write an entry into the log where a row is not for everybody."""
        if self.restricted:
            record("data.take", self.target, actor=self.actor.user_id,
                   detail={**self.detail, "rows": self.rows, "restricted": self.restricted})


def selected(wanted: Selection) -> dict[str, Any]:
    """Say as plain values what a selection asks for, without what it leaves open."""
    found, nothing = ({**asdict(each), "dimensions": dict(each.dimensions)} for each in (wanted, Selection()))
    return {name: value for name, value in found.items() if value != nothing[name]}


def rows_leave(request: HttpRequest) -> bool:
    """Tell whether an answer to a request carries its content: that to HEAD does not, and is no taking.

    Parameters
    ----------
    request : django.http.HttpRequest
        The request; the doors for programs call a view of HEAD as one of GET, so what came in counts.

    Returns
    -------
    bool
        Whether it does.
    """
    return str(request.META["REQUEST_METHOD"]).upper() != "HEAD"


def rows_taken(actor: Actor, target: str, conf_statuses: Iterable[str], **detail: Any) -> None:
    """Tell the log of a file that was made of some rows.

    Parameters
    ----------
    actor : Actor
        Who takes it.
    target : str
        What it is.
    conf_statuses : iterable of str
        ``conf_status`` of each of its rows.
    **detail
        Plain values that say more of it.
    """
    taking = Taking(actor, target, detail)
    taking.add(conf_statuses)
    taking.tell()


def package_taken(actor: Actor, edition: Edition) -> None:
    """Tell the log of a whole package that somebody takes, where it holds numbers that are not for everybody.

    Parameters
    ----------
    actor : Actor
        Who takes it.
    edition : Edition
        Its edition.
    """
    restricted = Observation.objects.filter(edition=edition, restricted=True).count()
    Taking(actor, f"edition:{edition.pk}", {"form": "zip"}, edition.observation_count, restricted).tell()
