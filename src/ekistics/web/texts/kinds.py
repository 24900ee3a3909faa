"""Texts in the workflow: they appear when they are published, and are gone when they are withdrawn."""

from datetime import datetime

from django.urls import reverse

from ekistics.core.i18n import _
from ekistics.core.report_outline import nua_report
from ekistics.web.policy import State
from ekistics.web.refusals import MoveRefusedError
from ekistics.web.texts.models import Text
from ekistics.web.workflow.kinds import Kind

__all__ = ["TEXT", "section_title"]


def section_title(code: str) -> str:
    """Give code and title of a section of the report.

    Parameters
    ----------
    code : str
        Code of the section.

    Returns
    -------
    str
        Both; the code alone where the outline no longer has it.
    """
    title = next((section.title for section in nua_report().sections if section.code == code), "")
    return f"{code} {_(title)}" if title else code


def _publish(text: Text, _now: datetime) -> None:
    """Refuse a day of release: nothing would make the report anew on that day."""
    if text.embargo_until is not None:
        raise MoveRefusedError(_("A text has no day of release."), param="embargo_until",
                               hint=_("Publish it on the day it is to appear."))


def _title(text: Text) -> str:
    return _("Text on {section}, {place} ({language})").format(section=section_title(text.section),
                                                               place=text.place.name, language=text.language)


TEXT = Kind("text", Text, path=lambda text: text.place.path, title=_title,
            address=lambda text: reverse("work-text", kwargs={"number": text.pk}),
            effects={State.PUBLISHED: _publish}, related=("place", "author"))
