"""Texts of people for the reports of countries."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = ("draft", "submitted", "under_review", "needs_revision", "published", "withdrawn")


class Migration(migrations.Migration):
    """Make the table."""

    initial = True
    dependencies = [("places", "0003_terms_backwards"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Text",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("section", models.CharField(max_length=12)),
                ("language", models.CharField(max_length=12)),
                ("words", models.TextField(max_length=20000)),
                ("office", models.CharField(max_length=200)),
                ("state", models.CharField(choices=[(state, state) for state in STATES], default="draft",
                                           max_length=16)),
                ("embargo_until", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField()),
                ("author", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                                             related_name="+", to=settings.AUTH_USER_MODEL)),
                ("place", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+",
                                            to="places.place"))],
            options={"ordering": ("place_id", "section", "language"),
                     "constraints": [models.UniqueConstraint(fields=("place", "section", "language"),
                                                             name="text_once")]}),
    ]
