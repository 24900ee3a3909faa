"""How values were made, in a few words beside them: of how many cities of a sample, or households of a survey."""

from collections.abc import Iterable, Mapping

from ekistics.core.i18n import _
from ekistics.publish.content import Card
from ekistics.publish.numbers import number_text
from ekistics.web.observatory.documents import Documents
from ekistics.web.observatory.frames import Row

__all__ = ["made_line", "made_lines"]


def made_lines(documents: Iterable[Documents], *, language: str) -> dict[tuple[int, str], str]:
    """Say in a few words of how many cities or households values were estimated.

    Parameters
    ----------
    documents : iterable of Documents
        Documents of surveys and samples.
    language : str
        Language of the numbers.

    Returns
    -------
    dict of (int, str) to str
        By key of the edition and code of the indicator; the code is empty for what holds of all its values.
    """
    found: dict[tuple[int, str], str] = {}
    for held in documents:
        asked = None if held.survey is None else held.survey["design"]["totals"]["households"]
        if asked is not None:  # it is not told where it is withheld
            count = number_text(float(asked), 0, language=language)
            found[held.edition.pk, ""] = _("From {count} households, by the survey's design").format(count=count)
        if held.sample is not None:
            every = number_text(float(held.sample["frame"]["cities"]), 0, language=language)
            for row in held.sample["comparison"]:
                count = number_text(float(row["cities"]), 0, language=language)
                found[held.edition.pk, row["indicator"]] = _(
                    "From {count} of {all} cities, by the sample's design").format(count=count, all=every)
    return found


def made_line(card: Card, rows: list[Row], lines: Mapping[tuple[int, str], str]) -> str:
    """Give the line for a card; empty where no document tells of its first value.

    Parameters
    ----------
    card : Card
        The card.
    rows : list of Row
        What its figures name by place.
    lines : mapping
        As :func:`made_lines` gives.

    Returns
    -------
    str
        The line.
    """
    edition = rows[card.figures[0].row].edition if card.figures else 0
    return lines.get((edition, card.code), lines.get((edition, ""), ""))
