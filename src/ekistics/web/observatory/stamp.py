"""A stamp of the public record: another one after every release, withdrawal and embargo that ends."""

from django.db import connection

from ekistics.web.observatory.models import Edition
from ekistics.web.workflow.models import Event

__all__ = ["record_stamp"]


def record_stamp() -> str:
    """Give the stamp.

    Returns
    -------
    str
        It differs when an edition was released, or anything moved in the workflow, since; each is the end of an index.

    Notes
    -----
    Neither table leads the statement: a row of one would hide what moves in the other while the one is empty.
    """
    quoted = connection.ops.quote_name
    moved, released = quoted(Event._meta.db_table), quoted(Edition._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT MAX(id) FROM {moved}), "  # noqa: S608 - names of models
                       f"(SELECT MAX(released_at) FROM {released})")
        return " ".join(map(str, cursor.fetchone()))
