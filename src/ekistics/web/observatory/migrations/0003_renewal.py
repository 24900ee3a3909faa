"""Times at which quantiles were worked out anew are part of the stamp of the record."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the table."""

    dependencies = [("observatory", "0002_coverage_counts_cities")]

    operations = [
        migrations.CreateModel(name="Renewal", fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("at", models.DateTimeField(auto_now_add=True))]),
    ]
