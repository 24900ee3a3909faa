"""Search for places by the beginning of any of their words, in any of the six languages."""

from django.db import connection
from django.db.models import Count, Q

from ekistics.core.search_terms import query_terms
from ekistics.web.places.models import Place, SearchTerm
from ekistics.web.policy import Actor, Role

__all__ = ["find_places"]

LAST = "\U0010ffff"
RANK = {"city": 0, "country": 1, "region": 2, "world": 3, "neighbourhood": 4}


def find_places(actor: Actor, text: str, *, limit: int = 50) -> list[Place]:
    """Find places that have a word beginning with each of the words asked for.

    Parameters
    ----------
    actor : Actor
        Who asks; places without anything published are shown to people with a role only.
    text : str
        What was typed.
    limit : int
        The most places given.

    Returns
    -------
    list of Place
        Cities first, those with something published before the others, then by name.
    """
    wanted = query_terms(text)
    if not wanted:
        return []
    found = Place.objects.all()
    for term in wanted:
        found = found.filter(pk__in=SearchTerm.objects.filter(_begins(term)).values("place"))
    if actor.highest is Role.PUBLIC:
        found = found.filter(Q(listed=True) | ~Q(kind__in=("city", "neighbourhood")) | Q(parent__listed=True))
    return sorted(found.annotate(below=Count("children"))[:limit * 4],
                  key=lambda p: (RANK.get(p.kind, 9), not p.listed, p.name))[:limit]


def _begins(term: str) -> Q:
    """Match a beginning by an index: LIKE has none on SQLite, and PostgreSQL orders texts by language."""
    if connection.vendor == "postgresql":
        return Q(term__startswith=term)
    return Q(term__gte=term, term__lt=term + LAST)
