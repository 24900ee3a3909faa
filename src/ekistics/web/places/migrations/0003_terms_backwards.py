"""Words by which places are found are kept backwards, too, so that endings have an index."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Reverse


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Turn the words that are there around."""
    words = apps.get_model("places", "SearchTerm")
    words.objects.using(editor.connection.alias).update(backwards=Reverse("term"))
    # a restore has made the rows in this transaction: PostgreSQL alters no table that has keys still to check
    editor.connection.check_constraints([words._meta.db_table])


class Migration(migrations.Migration):
    """Add the column, fill it, then index it."""

    dependencies = [("places", "0002_listed_cities_by_name")]

    operations = [
        migrations.AddField(model_name="searchterm", name="backwards",
                            field=models.CharField(max_length=200, default=""), preserve_default=False),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(model_name="searchterm", name="backwards",
                              field=models.CharField(max_length=200, db_index=True)),
    ]
