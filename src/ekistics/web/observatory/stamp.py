"""A stamp of the public record: another one after every release, withdrawal and embargo that ends."""

from django.db.models import Count, Max, Q

from ekistics.web.observatory.models import Edition
from ekistics.web.policy import State

__all__ = ["record_stamp"]


def record_stamp() -> str:
    """Give the stamp.

    Returns
    -------
    str
        It differs when an edition was released or withdrawn since; one indexed look at the editions.
    """
    found = Edition.objects.filter(released_at__isnull=False).aggregate(
        last=Max("released_at"), count=Count("id"), standing=Count("id", filter=Q(state=str(State.PUBLISHED))))
    return f"{found['last']} {found['count']} {found['standing']}"
