"""The app, as Django knows it."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The one workflow and the audit log: states, who may move them, history, comments."""

    name = "ekistics.web.workflow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let editions move through the workflow."""
        from ekistics.web.workflow.editions import EDITION  # models are not ready when this module is read
        from ekistics.web.workflow.kinds import register

        register(EDITION)
