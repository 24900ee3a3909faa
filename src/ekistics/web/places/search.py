"""Search for places by the beginning of any of their words, in any of the six languages."""

from collections.abc import Callable, Iterable

from django.db import connection
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Length

from ekistics.core.search_terms import query_terms
from ekistics.web.places.models import Place, PlaceName, SearchTerm
from ekistics.web.policy import Actor, visible

__all__ = ["MOST_WORDS", "SHORTEST", "find_places", "near_places", "one_slip", "places_called"]

LAST = "\U0010ffff"
LOOKED_AT = 2000  # terms that are held against a word with a slip
MOST_WORDS = 10  # of a text in which slips are looked for, which takes some look-ups a word: hardly a name has more
SHORTEST = 4  # letters of a word in which a slip is looked for: shorter words are near too many
RANK = {"city": 0, "country": 1, "region": 2, "world": 3, "neighbourhood": 4}


def find_places(actor: Actor, text: str, *, limit: int = 50) -> list[Place]:
    """Find places that have a word beginning with each of the words asked for.

    Parameters
    ----------
    actor : Actor
        Who asks; cities with nothing published are shown to people with a role there only.
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
    return _ordered(actor, _with_words(wanted, _begins), limit) if wanted else []


def places_called(actor: Actor, text: str, *, limit: int = 500) -> list[Place]:
    """Find places of which a name in some language is what was typed.

    Parameters
    ----------
    actor : Actor
        Who asks; cities with nothing published are shown to people with a role there only.
    text : str
        What was typed; case, accents and signs do not count.
    limit : int
        The most places looked through: those that have all the words, in the order of :func:`find_places`.

    Returns
    -------
    list of Place
        In the order of :func:`find_places`.
    """
    wanted = query_terms(text)
    held = _ordered(actor, _with_words(wanted, lambda term: Q(term=term)), limit) if wanted else []
    names: dict[int, list[str]] = {p.pk: [p.name] for p in held}
    for key, name in PlaceName.objects.filter(place__in=names).values_list("place_id", "name"):
        names[key].append(name)
    return [p for p in held if any(query_terms(name) == wanted for name in names[p.pk])]


def near_places(actor: Actor, text: str, *, limit: int = 5) -> list[Place]:
    """Find places of which a word has one letter more, less or otherwise than one that was typed.

    Parameters
    ----------
    actor : Actor
        Who asks; cities with nothing published are shown to people with a role there only.
    text : str
        What was typed; each of its words must begin, or be one slip from, a word of the place.
    limit : int
        The most places given.

    Returns
    -------
    list of Place
        In the order of :func:`find_places`; no slip is looked for in words under four letters, and nothing is found
        for a text of more than ten words.
    """
    wanted = query_terms(text)
    return _ordered(actor, _with_words(wanted, _near), limit) if 0 < len(wanted) <= MOST_WORDS else []


def _with_words(wanted: Iterable[str], alike: Callable[[str], Q]) -> QuerySet[Place]:
    """Give the places that have, for each word, one that is alike."""
    found = Place.objects.all()
    for term in wanted:
        found = found.filter(pk__in=SearchTerm.objects.filter(alike(term)).values("place"))
    return found


def _near(term: str) -> Q:
    """Match what begins with a word, or is one slip from it."""
    near = {word for word in _half_alike(term) if one_slip(term, word)} if len(term) >= SHORTEST else set()
    return _begins(term) | Q(term__in=near)


def _half_alike(term: str) -> Iterable[str]:
    """Give words that share a half with a word: one slip leaves a half as it is, or swaps the two letters between."""
    half = len(term) // 2
    about = SearchTerm.objects.annotate(size=Length("term")).filter(size__range=(len(term) - 1, len(term) + 1))
    swapped = term[:half - 1] + term[half] + term[half - 1] + term[half + 1:]
    for alike in (_begins(term[:half]), _begins(term[:half - 1:-1], "backwards"), Q(term=swapped)):
        yield from about.filter(alike).values_list("term", flat=True).distinct()[:LOOKED_AT]


def one_slip(asked: str, known: str) -> bool:
    """Tell whether two words differ by one letter more, less or otherwise, or by two neighbours in the other order.

    Parameters
    ----------
    asked, known : str
        Words.

    Returns
    -------
    bool
        Whether they do; false for the same word.

    Examples
    --------
    >>> [one_slip(asked, "nairobi") for asked in ("nairob", "nairobbi", "nayrobi", "naiorbi", "nairobi", "narobii")]
    [True, True, True, True, False, False]
    """
    if len(asked) > len(known):
        asked, known = known, asked
    start = next((i for i, (a, b) in enumerate(zip(asked, known, strict=False)) if a != b), len(asked))
    rest, whole = asked[start:], known[start:]
    if len(rest) < len(whole):
        return len(whole) - len(rest) == 1 and rest == whole[1:]
    swapped = rest[:2] == whole[1::-1] and rest[2:] == whole[2:] and len(rest) > 1
    return bool(rest) and (rest[1:] == whole[1:] or swapped)


def _ordered(actor: Actor, found: QuerySet[Place], limit: int) -> list[Place]:
    """Give the first of the places found: ordered before they are cut, so that no number of namesakes hides a city."""
    rank = Case(*(When(kind=kind, then=Value(place)) for kind, place in RANK.items()), default=Value(len(RANK)))
    return list(found.filter(visible(actor)).order_by(rank, "-listed", "name", "code")[:limit])


def _begins(start: str, column: str = "term") -> Q:
    """Match a beginning by an index: LIKE has none on SQLite, and PostgreSQL orders texts by language."""
    if connection.vendor == "postgresql":
        return Q((f"{column}__startswith", start))
    return Q((f"{column}__gte", start), (f"{column}__lt", start + LAST))
