"""What the planner of PostgreSQL is told on each connection."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["tell"]


def tell(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Say that places on the disk are near each other, and that short statements need no compiler.

    The planner's own guess is of disks that turn: it would rather read all editions than look up a few. It is told
    after connecting, as a pool of connections in between refuses options at the start. Such a pool must keep sessions:
    one that shares a connection by transactions would tell others.

    Parameters
    ----------
    connection : BaseDatabaseWrapper
        A connection that was just opened.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET random_page_cost = 1.1; SET jit = off")
