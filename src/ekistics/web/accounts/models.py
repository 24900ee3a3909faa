"""People, their roles at places, and their tokens."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from ekistics.web.places.models import Place
from ekistics.web.policy import Role

__all__ = ["ApiToken", "RoleGrant", "User"]

ROLES = [(int(role), role.name.lower()) for role in Role if role is not Role.PUBLIC]


class User(AbstractUser):
    """An account."""

    email = models.EmailField(unique=True)
    language = models.CharField(max_length=8, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)  # one more ends all sessions

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind sessions to the password and to the epoch: when either changes, they end."""
        return salted_hmac("ekistics.web.accounts.session", f"{self.password} {self.session_epoch}", secret=secret,
                           algorithm="sha256").hexdigest()


class RoleGrant(models.Model):
    """A role that somebody has at a place and at all places below it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    place = models.ForeignKey(Place, models.PROTECT, related_name="grants")
    role = models.PositiveSmallIntegerField(choices=ROLES)
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One role for a person at a place."""

        constraints = (models.UniqueConstraint(fields=("user", "place"), name="role_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {Role(self.role).name} {self.place_id}"


class ApiToken(models.Model):
    """A token for programs: only its digest is kept, its scopes bound it, and it can be revoked."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
