"""A stamp of the public record: another one after every release, withdrawal, embargo that ends, and new quantiles."""

from django.db import connection

from ekistics.web.observatory.models import Edition, Renewal
from ekistics.web.workflow.models import Event

__all__ = ["record_stamp"]


def record_stamp() -> str:
    """Give the stamp.

    Returns
    -------
    str
        It differs when an edition was released, anything moved in the workflow, or quantiles were worked out anew,
        since; each is the end of an index.

    Notes
    -----
    No table leads the statement: a row of one would hide what moves in the others while the one is empty.
    """
    quoted = connection.ops.quote_name
    moved, released, renewed = (quoted(each._meta.db_table) for each in (Event, Edition, Renewal))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT MAX(id) FROM {moved}), "  # noqa: S608 - names of models
                       f"(SELECT MAX(released_at) FROM {released}), "
                       f"(SELECT MAX(id) FROM {renewed})")
        return " ".join(map(str, cursor.fetchone()))
