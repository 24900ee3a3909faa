"""Coverage counts the cities that its quantiles are of."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Count


def count(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Count the cities of what is there."""
    alias = editor.connection.alias
    observations, coverage = (apps.get_model("observatory", name).objects.using(alias)
                              for name in ("Observation", "Coverage"))
    found = observations.filter(current=True, restricted=False, obs_value__isnull=False, place__kind="city",
                                group__total=True).order_by().values_list("measure", "period").annotate(Count("id"))
    for measure, period, cities in found:
        coverage.filter(measure=measure, period=period).update(cities=cities)


class Migration(migrations.Migration):
    """Add the count, and count."""

    dependencies = [("observatory", "0001_initial")]

    operations = [
        migrations.AddField(model_name="coverage", name="cities", field=models.PositiveIntegerField(default=0)),
        migrations.RunPython(count, migrations.RunPython.noop, elidable=True),
    ]
