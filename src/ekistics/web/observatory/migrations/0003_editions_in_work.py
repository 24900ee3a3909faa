"""Only the states of editions in work are looked up, so only these have an index."""

from django.db import migrations, models
from django.db.models import Q

STATES = ("draft", "submitted", "under_review", "needs_revision", "published", "withdrawn")


class Migration(migrations.Migration):
    """Drop the index of all states, and add one of those that are looked up."""

    dependencies = [("observatory", "0002_coverage_counts_cities")]

    operations = [
        migrations.AlterField(
            model_name="edition", name="state",
            field=models.CharField(max_length=16, choices=[(state, state) for state in STATES], default="draft")),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(fields=("state",), condition=~Q(state="published"), name="edition_in_work")),
    ]
