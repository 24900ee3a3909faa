"""A stamp of the public record: another one after every release, withdrawal and embargo that ends."""

from django.db.models import Subquery

from ekistics.web.observatory.models import Edition
from ekistics.web.workflow.models import Event

__all__ = ["record_stamp"]


def record_stamp() -> str:
    """Give the stamp.

    Returns
    -------
    str
        It differs when an edition was released, or anything moved in the workflow, since; each is the end of an index.
    """
    moved = Subquery(Event.objects.order_by("-id").values("id")[:1])
    released = Edition.objects.filter(released_at__isnull=False).order_by("-released_at")
    return str(released.values_list("released_at", moved).first())
