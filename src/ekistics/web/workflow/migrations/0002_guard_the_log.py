"""Let the database refuse changes of the log."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from ekistics.web.workflow.guards import guard_log, unguard_log


def guard(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers."""
    guard_log(editor.connection)


def unguard(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take them away."""
    unguard_log(editor.connection)


class Migration(migrations.Migration):
    """Triggers refuse UPDATE, DELETE and TRUNCATE."""

    dependencies = [("workflow", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
