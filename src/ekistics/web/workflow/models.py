"""History of every thing that moves through the workflow, and the log of what was done, chained by hashes."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

__all__ = ["AppendOnlyError", "AuditEntry", "Comment", "Event", "Stamp"]


class Event(models.Model):
    """One move of a thing from a state to another."""

    target = models.CharField(max_length=120, db_index=True)  # e.g. edition:12
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    note = models.TextField(blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """In the order in which they happened."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.target}: {self.from_state} → {self.to_state}"


class Stamp(models.Model):
    """Which state of the public record it is: one row, of which each change of the record makes another number."""

    number = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)  # after a restore a number may come again, its time does not

    def __str__(self) -> str:
        return f"{self.number} {self.at.isoformat()}"


class Comment(models.Model):
    """What somebody says about a thing; reports of problems by readers are comments without an account."""

    target = models.CharField(max_length=120, db_index=True)
    text = models.TextField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.CharField(max_length=200, blank=True)
    public = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """In the order in which they were written."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.target}: {self.text[:40]}"


class AppendOnlyError(TypeError):
    """Code tried to change or delete an entry of the log."""


class _Entries(models.QuerySet["AuditEntry"]):
    """Entries can be read and added; the database refuses the rest too."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError


class AuditEntry(models.Model):
    """One entry of the log. ``digest`` is the hash of the entry and of the digest before it; rows are never changed."""

    number = models.PositiveBigIntegerField(unique=True)
    at = models.CharField(max_length=32)  # as hashed: text, so that no database changes its precision
    actor = models.BigIntegerField(null=True, blank=True)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=160)
    detail = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = _Entries.as_manager()

    class Meta:
        """From the first on."""

        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry; one that stands is never written again."""
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError
