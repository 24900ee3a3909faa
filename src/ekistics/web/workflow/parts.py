"""Which pages the workspace of an edition has: those of its survey, of its sample, or none."""

from collections.abc import Mapping

from ekistics.core.i18n import N_, _
from ekistics.web.observatory.documents import documents_of
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.pages.files import may_have_package
from ekistics.web.policy import Actor

__all__ = ["PARTS", "parts_of"]

PARTS: Mapping[str, str] = {"design": N_("Design"), "balance": N_("Balance"), "estimates": N_("Estimates"),
                            "cities": N_("Map"), "withheld": N_("Withheld values")}
_OF_SAMPLES, _OF_SURVEYS = ("balance", "cities"), ("withheld",)


def parts_of(actor: Actor, edition: Edition) -> dict[str, str]:
    """Give the pages that the workspace of an edition has for somebody.

    Parameters
    ----------
    actor : Actor
        Who asks.
    edition : Edition
        The edition; that it may be read is asked before.

    Returns
    -------
    dict of str to str
        Titles by code; none where the edition is of no survey or sample, or its package holds numbers that are not for
        everybody who may read it.
    """
    if edition.dataset.kind not in ("survey", "sample") or not may_have_package(actor, edition):
        return {}
    held = documents_of(edition)
    left = (() if held.sample else _OF_SAMPLES) + (() if held.survey else _OF_SURVEYS)
    return {code: _(title) for code, title in PARTS.items() if code not in left}
