"""Jobs that run in the background, as people see them: state, progress, outcome, problems, file."""

import uuid

from django.conf import settings
from django.db import models

__all__ = ["Job"]

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")


class Job(models.Model):
    """One piece of work. The queue holds its number; this row holds what people see of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default="queued", choices=[(s, s) for s in JOB_STATES])
    place = models.ForeignKey("places.Place", models.SET_NULL, null=True, blank=True, related_name="+")
    parameters = models.JSONField(default=dict)
    progress = models.FloatField(default=0.0)
    step = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    file = models.CharField(max_length=300, blank=True)  # below the media folder
    cancel_asked = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="jobs")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The newest first."""

        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.state}"
