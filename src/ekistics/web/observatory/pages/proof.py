"""How a value came about, in words: which upload brought it and why, and why it has an interval or none."""

from typing import Any

from ekistics.core.i18n import N_, _, joined
from ekistics.publish.numbers import number_text
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.records import run_of
from ekistics.web.render import language_now

__all__ = ["brought", "interval_words", "is_upload", "stated"]

WAYS = {"bounds": N_("the lowest and the highest value that the inputs allow; not a level of confidence"),
        "taylor": N_("sampling formula (Taylor series)"), "jackknife": N_("jackknife of the sample"),
        "bootstrap": N_("bootstrap of the sample"), "brr": N_("balanced repeated replication of the sample"),
        "replicate": N_("replicate weights of the sample"), "monte-carlo": N_("simulation")}
ERRORS = ("uncertainty.built_up_relative_sd", "uncertainty.population_relative_sd")


def is_upload(edition: Edition) -> bool:
    """Tell whether an edition was brought by somebody, and not computed here."""
    return edition.dataset.kind == "upload"


def brought(edition: Edition) -> str:
    """Say which upload brought a value; empty for what was computed here.

    Parameters
    ----------
    edition : Edition
        The value's edition.

    Returns
    -------
    str
        The sentence.
    """
    if not is_upload(edition):
        return ""
    return _("Brought by an upload: {title}, edition {number}.").format(title=edition.dataset.title,
                                                                        number=edition.number)


def stated(edition: Edition) -> list[tuple[str, str]]:
    """List what the people who brought an edition say of it: why, from which file, under which licence.

    Parameters
    ----------
    edition : Edition
        An edition.

    Returns
    -------
    list of (str, str)
        Terms and texts; only the note, where there is one, for what was computed here.
    """
    none = _("not stated")
    note = [(_("What changed, and why"), edition.note)] if edition.note else []
    if not is_upload(edition):
        return note
    files = run_of(edition).inputs
    licence = next((file.licence for file in files if file.licence), edition.dataset.licence)
    return [*(note or [(_("What changed, and why"), none)]),
            (_("File"), joined(file.name for file in files) or none), (_("Licence"), licence or none)]


def interval_words(row: Any, edition: Edition) -> str:
    """Say how an interval was made and at which level, or why there is none.

    Parameters
    ----------
    row : namedtuple
        The observation.
    edition : Edition
        Its edition.

    Returns
    -------
    str
        Words for people.
    """
    way, parameters = str(row.uncertainty), run_of(edition).parameters
    if row.lci != row.lci or row.uci != row.uci:  # noqa: PLR0124 - NaN differs from itself
        return _absent(edition, parameters)
    draws = parameters.get("uncertainty.draws")
    if way == "monte-carlo" and not is_upload(edition):
        count = number_text(float(draws), 0, language=language_now()) if draws else _("many")
        return _("95 %, the middle of {count} random draws within the stated errors of the inputs").format(
            count=count)
    return _(WAYS[way]) if way in WAYS else _("given without saying how") if way in ("", "not-stated") else way


def _absent(edition: Edition, parameters: dict[str, Any]) -> str:
    if is_upload(edition):
        return _("none, as whoever brought the value stated none")
    if all(parameters.get(name) is None for name in ERRORS):
        return _("none, as the inputs carry no standard errors")
    return _("none, as the method of this value carries no errors of inputs into an interval")
