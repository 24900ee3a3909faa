"""A stamp of the public record: another one after every release, withdrawal and embargo that ends."""

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
    released = Edition.objects.order_by("-released_at").filter(released_at__isnull=False)
    last = released.values_list("released_at", flat=True).first()
    move = Event.objects.order_by("-id").values_list("id", flat=True).first()
    return f"{last} {move}"
