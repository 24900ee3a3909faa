"""Writing and changing a text: who may, what it must have, and the log; moves are those of the one workflow."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.report_outline import nua_report
from ekistics.publish.national_report import LANGUAGES, Narrative
from ekistics.web.places.models import Place
from ekistics.web.policy import Action, Actor, Facts, State, allowed, readable
from ekistics.web.refusals import StaleError
from ekistics.web.texts.kinds import TEXT
from ekistics.web.texts.models import MOST, Text
from ekistics.web.workflow.audit import record
from ekistics.web.workflow.models import Event

__all__ = ["Words", "change_text", "may_write", "narratives_of", "new_text", "readable_texts"]


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote.

    Parameters
    ----------
    words : str
        The text; blank lines part paragraphs.
    office : str
        Who answers for it.
    """

    words: str
    office: str

    def checked(self) -> "Words":
        """Give both without blanks at their ends.

        Returns
        -------
        Words
            The same.

        Raises
        ------
        InvalidValueError
            One is empty, or too long.
        """
        made = Words(self.words.replace("\r\n", "\n").strip(), " ".join(self.office.split()))
        for name, text, most in (("words", made.words, MOST), ("office", made.office, 200)):
            if not text:
                raise InvalidValueError(_("This must be said of a text."), param=name)
            if len(text) > most:
                raise InvalidValueError(_("The text is too long."), param=name, expected=f"<= {most}", got=len(text))
        return made


def may_write(actor: Actor, place: Place) -> bool:
    """Tell whether somebody may begin a text for a country.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : Place
        The country.

    Returns
    -------
    bool
        Whether they may.
    """
    return allowed(actor, Action.EDIT, place.path, Facts(State.DRAFT, own=True))


@transaction.atomic
def new_text(actor: Actor, place: Place, section: str, language: str, said: Words) -> Text:
    """Begin a text.

    Parameters
    ----------
    actor : Actor
        Who writes.
    place : Place
        The country.
    section, language : str
        Code of the report's section, and the text's language.
    said : Words
        What was written.

    Returns
    -------
    Text
        The draft.

    Raises
    ------
    django.core.exceptions.PermissionDenied
        They may not write for this country.
    UnknownNameError
        There is no such section, or the report is not offered in that language.
    InvalidValueError
        Something is not said.
    StaleError
        There is a text of this section in this language.
    """
    if not may_write(actor, place):
        raise PermissionDenied
    for name, known, what in ((section, [s.code for s in nua_report().sections], _("section")),
                              (language, LANGUAGES, _("language"))):
        if name not in known:
            raise UnknownNameError.among(name, known, what=what)
    said = said.checked()
    made, new = Text.objects.get_or_create(
        place=place, section=section, language=language,
        defaults={"words": said.words, "office": said.office, "author_id": actor.user_id,
                  "changed_at": timezone.now()})
    if not new:
        raise StaleError(_("Somebody has begun a text of this section in this language."),
                         hint=_("Ask the editors of this country, who can see it."))
    _tell("text.add", made, actor)
    Event.objects.create(target=f"text:{made.pk}", to_state=str(State.DRAFT), actor_id=actor.user_id)
    return made


@transaction.atomic
def change_text(actor: Actor, number: int, version: int, said: Words) -> Text:
    """Change a text that is in the hands of its author.

    Parameters
    ----------
    actor : Actor
        Who writes.
    number : int
        Key of the text.
    version : int
        The version that the person saw.
    said : Words
        What was written.

    Returns
    -------
    Text
        The text.

    Raises
    ------
    django.core.exceptions.PermissionDenied
        They may not, or not in its state.
    InvalidValueError
        Something is not said.
    StaleError
        Somebody has changed it meanwhile.
    """
    text = Text.objects.select_for_update(of=("self",)).select_related("place", "author").get(pk=number)
    if not allowed(actor, Action.EDIT, text.place.path, TEXT.facts(text, actor)):
        raise PermissionDenied
    said = said.checked()
    if text.version != version:
        raise StaleError(_("Somebody has changed this text meanwhile."), hint=_("Copy yours, and open the page again."))
    text.words, text.office, text.version, text.changed_at = said.words, said.office, version + 1, timezone.now()
    text.save(update_fields=["words", "office", "version", "changed_at"])
    _tell("text.change", text, actor)
    return text


def _tell(action: str, text: Text, actor: Actor) -> None:
    record(action, f"text:{text.pk}", actor=actor.user_id, detail={
        "place": text.place.code, "section": text.section, "language": text.language, "version": text.version})


def readable_texts(actor: Actor, place: Place) -> Iterable[Text]:
    """Give the texts of a country that somebody may read.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : Place
        The country.

    Returns
    -------
    iterable of Text
        In the order of the sections.
    """
    return Text.objects.filter(readable(actor, edition=""), place=place).select_related("place", "author")


def narratives_of(texts: Iterable[Text]) -> tuple[Narrative, ...]:
    """Give texts as the report takes them.

    Parameters
    ----------
    texts : iterable of Text
        Texts of one country.

    Returns
    -------
    tuple of Narrative
        The same.
    """
    return tuple(Narrative(country=text.place.code, section=text.section, text=text.words, author=text.office,
                           language=text.language, state=text.state, day=text.changed_at.date().isoformat())
                 for text in texts)
