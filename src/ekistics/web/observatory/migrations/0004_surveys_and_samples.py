"""Rounds of surveys and of national samples have entries of their own in the catalogue."""

from django.db import migrations, models

KINDS = ("profile", "survey", "sample", "upload")


class Migration(migrations.Migration):
    """Name the kinds."""

    dependencies = [("observatory", "0003_editions_in_work")]

    operations = [
        migrations.AlterField(model_name="dataset", name="kind",
                              field=models.CharField(max_length=10, choices=[(kind, kind) for kind in KINDS])),
    ]
