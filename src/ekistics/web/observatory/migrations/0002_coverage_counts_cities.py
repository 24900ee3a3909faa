"""Coverage counts the cities that its quantiles are of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the count."""

    dependencies = [("observatory", "0001_initial")]

    operations = [
        migrations.AddField(model_name="coverage", name="cities", field=models.PositiveIntegerField(default=0)),
    ]
