"""A stamp of the public record: another one after everything that changes what the public can see."""

from django.db import connection
from django.db.models import F
from django.utils import timezone

from ekistics.web.workflow.models import Stamp

__all__ = ["record_stamp", "renew_stamp"]

ROW = 1
_STAMP = f"SELECT number, at FROM {Stamp._meta.db_table} WHERE id = %s"  # noqa: S608 - the model's own name


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
    with connection.cursor() as cursor:  # every request asks: making this statement took ten times as long as reading
        cursor.execute(_STAMP, [ROW])
        return " ".join(map(str, cursor.fetchone() or (0,)))
