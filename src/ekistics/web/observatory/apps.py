"""The app, as Django knows it."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from ekistics.web.observatory.planner import tell


class ObservatoryConfig(AppConfig):
    """The observatory: indicators, editions, observations, layers, and their pages."""

    name = "ekistics.web.observatory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Speak to each new connection."""
        connection_created.connect(tell, dispatch_uid="planner")
