"""Indices of cities have entries of their own in the catalogue."""

from django.db import migrations, models

KINDS = ("profile", "survey", "sample", "index", "upload")


class Migration(migrations.Migration):
    """Name the kinds."""

    dependencies = [("observatory", "0004_surveys_and_samples")]

    operations = [
        migrations.AlterField(model_name="dataset", name="kind",
                              field=models.CharField(max_length=10, choices=[(kind, kind) for kind in KINDS])),
    ]
