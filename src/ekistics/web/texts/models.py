"""A text of people for one section of a country's report, in one language."""

from django.conf import settings
from django.db import models

from ekistics.web.places.models import Place
from ekistics.web.policy import State

__all__ = ["Text"]

MOST = 20_000  # characters
STATES = [(str(state), str(state)) for state in State]


class Text(models.Model):
    """A text in one state of the workflow. ``version`` counts its changes, so that of two at once one is refused."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    section = models.CharField(max_length=12)
    language = models.CharField(max_length=12)
    words = models.TextField(max_length=MOST)
    office = models.CharField(max_length=200)  # who answers for it, as the report names them
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=16, choices=STATES, default=str(State.DRAFT))
    embargo_until = models.DateTimeField(null=True, blank=True)  # always empty: a text appears when it is published
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()

    class Meta:
        """One text a section and language."""

        ordering = ("place_id", "section", "language")
        constraints = (models.UniqueConstraint(fields=("place", "section", "language"), name="text_once"),)

    def __str__(self) -> str:
        return f"{self.place_id} {self.section} {self.language} ({self.state})"
