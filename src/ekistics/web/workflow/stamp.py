"""A stamp of the public record: another one after everything that changes what the public can see."""

from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import F
from django.utils import timezone

from ekistics.web.statements import Statement
from ekistics.web.workflow.models import Stamp

__all__ = ["Remembered", "record_stamp", "renew_stamp"]

K = TypeVar("K")
V = TypeVar("V")

ROW = 1
_STAMP = Statement(lambda: Stamp.objects.filter(pk=ROW).values_list("number", "at"))


def renew_stamp() -> None:
    """Give the record another stamp, as the last step of a transaction that changes it.

    Notes
    -----
    Who changes the record meanwhile waits here until the transaction is over. So no change can be seen later under a
    stamp that was read before it: keys that a table gives out do not come in the order in which they are committed.
    """
    if not _next():
        Stamp.objects.get_or_create(pk=ROW)
        _next()


def _next() -> int:
    return Stamp.objects.filter(pk=ROW).update(number=F("number") + 1, at=timezone.now())


def record_stamp() -> str:
    """Give the stamp.

    Returns
    -------
    str
        It differs when anything moved in the workflow, an edition was released, or quantiles were worked out anew,
        since.
    """
    return " ".join(map(str, next(iter(_STAMP()), (0,))))


class Remembered(Generic[K, V]):
    """What a process has read of the record, as long as the record stays as it is."""

    _all: ClassVar[list["Remembered[Any, Any]"]] = []

    def __init__(self) -> None:
        self._held: tuple[str, dict[K, V]] = ("", {})  # replaced as a whole: threads see the old one or the new one
        self._all.append(self)

    def under(self, stamp: str) -> dict[K, V]:
        """Give what was read under a stamp, to be read and added to.

        Parameters
        ----------
        stamp : str
            Stamp of the record, read before anything that is remembered.

        Returns
        -------
        dict
            The same one while the stamp is the same; empty where it is another.
        """
        held = self._held
        if held[0] != stamp:
            held = self._held = (stamp, {})
        return held[1]

    @classmethod
    def forget(cls) -> None:
        """Forget all that is remembered so: for tests, whose records come and go."""
        for each in cls._all:
            each._held = ("", {})
