"""The state of the public record has a number, which brings those who change it into one order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the table; its row comes with the first change."""

    dependencies = [("workflow", "0002_guard_the_log")]

    operations = [
        migrations.CreateModel(name="Stamp", fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.PositiveBigIntegerField(default=0)),
            ("at", models.DateTimeField(auto_now_add=True))]),
    ]
