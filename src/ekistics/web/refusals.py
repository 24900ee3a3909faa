"""What the site refuses and a person or a program can act on; ``problems`` gives each its status."""

from ekistics.core.errors import EkisticsError

__all__ = ["MoveRefusedError", "StaleError", "TokenRefusedError"]


class TokenRefusedError(EkisticsError, ValueError):
    """A token came with the request, and it is unknown, has ended or was revoked."""

    code = "token-refused"


class MoveRefusedError(EkisticsError, ValueError):
    """A move of the workflow lacks something: a reason, a day that lies ahead, a state it starts from."""

    code = "move-refused"


class StaleError(MoveRefusedError):
    """The thing has changed since the person looked at it."""

    code = "stale"
