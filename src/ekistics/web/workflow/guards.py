"""The database itself refuses to change or delete entries of the log: triggers, on SQLite and on PostgreSQL.

They stop mistakes and programs that reach the table by another way. Whoever owns the database can lift them; that is
what the chain of hashes is for.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["guard_log", "lifted", "unguard_log"]

TABLE = "workflow_auditentry"
_REFUSED = "the log is append-only"
_SET = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS audit_no_{what.lower()} BEFORE {what} ON {TABLE}"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END" for what in ("UPDATE", "DELETE")],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE OR REPLACE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON "
        f"{TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        "CREATE OR REPLACE TRIGGER audit_no_truncate BEFORE TRUNCATE ON "
        f"{TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"],
}
_LIFT = {
    "sqlite": ["DROP TRIGGER IF EXISTS audit_no_update", "DROP TRIGGER IF EXISTS audit_no_delete"],
    "postgresql": [f"DROP TRIGGER IF EXISTS audit_no_change ON {TABLE}",
                   f"DROP TRIGGER IF EXISTS audit_no_truncate ON {TABLE}"],
}


def guard_log(connection: BaseDatabaseWrapper) -> None:
    """Set the triggers; those that stand already stay."""
    _run(connection, _SET)


def unguard_log(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away."""
    _run(connection, _LIFT)


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Take the triggers away for a while: to restore a backup, and to show that a forged entry is found.

    Yields
    ------
    None
        While the table can be written to.
    """
    unguard_log(connection)
    try:
        yield
    finally:
        guard_log(connection)


def _run(connection: BaseDatabaseWrapper, by_vendor: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in by_vendor.get(connection.vendor, []):
            cursor.execute(statement)
