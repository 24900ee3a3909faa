"""Words with a slip: what is found is what a look at every word of the record finds, and each look has an index."""

import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ekistics.core.search_terms import query_terms
from ekistics.web.places.models import Place, SearchTerm
from ekistics.web.places.search import SHORTEST, near_places, one_slip
from ekistics.web.places.tree import index_names
from ekistics.web.policy import PUBLIC

pytestmark = pytest.mark.django_db
SCRIPTS = ("abn", "аеко", "النقر", "京市北海", "कखि")  # few letters each, so that many words are near another


def a_word(rng: random.Random) -> str:
    """Give a word of one script."""
    return "".join(rng.choices(rng.choice(SCRIPTS), k=rng.randint(1, 9)))


def slipped(rng: random.Random, word: str) -> str:
    """Give a word with one letter more, less or otherwise, or two in the other order; at any place of it."""
    i, letter = rng.randrange(len(word)), rng.choice(rng.choice(SCRIPTS))
    return rng.choice((word[:i] + letter + word[i:], word[:i] + word[i + 1:], word[:i] + letter + word[i + 1:],
                       word[:i] + word[i:i + 2][::-1] + word[i + 2:], word + letter))


def cities_called(names: list[str]) -> None:
    """Put cities into the record."""
    index_names(Place.objects.bulk_create(
        Place(code=f"{i:04}", name=name, kind="city", country="GHA", listed=True, path=f"{i:04}/")
        for i, name in enumerate(names)))


def looked_through(text: str) -> set[str]:
    """Give the codes of the cities that are near a text, by holding it against every word of each."""
    words: dict[str, set[str]] = {}
    for code, term in SearchTerm.objects.values_list("place__code", "term"):
        words.setdefault(code, set()).add(term)
    return {code for code, known in words.items() if query_terms(text) and all(
        any(word.startswith(asked) or (len(asked) >= SHORTEST and one_slip(asked, word)) for word in known)
        for asked in query_terms(text))}


@pytest.mark.parametrize("seed", range(4))
def test_what_is_near_is_found_whatever_the_slip(seed: int) -> None:
    rng = random.Random(seed)
    names = [" ".join(a_word(rng) for _ in range(rng.choice((1, 1, 2)))) for _ in range(400)]
    cities_called(names)
    found = 0
    for name in rng.sample(names, 60):
        words = [slipped(rng, word) for word in name.split()]
        expected = looked_through(" ".join(words))
        assert {p.code for p in near_places(PUBLIC, " ".join(words), limit=len(names))} == expected, words
        found += bool(expected)
    assert found > 30


def test_every_look_for_words_that_are_near_has_an_index() -> None:
    rng = random.Random(1)
    cities_called([a_word(rng) for _ in range(400)])
    with CaptureQueriesContext(connection) as asked:
        near_places(PUBLIC, "anbaab")
    looks = [query["sql"] for query in asked if query["sql"].startswith("SELECT DISTINCT")]
    assert len(looks) == 3
    explain, by_index = (("EXPLAIN ", r"Index Cond: \(+{column}\b") if connection.vendor == "postgresql" else
                         ("EXPLAIN QUERY PLAN ", r"\({column}\b"))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # it reads a table as small as this one through
            cursor.execute("ANALYZE places_searchterm")  # what it counted of an earlier test leads it to any index
        for look in looks:
            cursor.execute(explain + look)
            plan = " ".join(str(part) for row in cursor.fetchall() for part in row)
            assert re.search(by_index.format(column="backwards" if '"backwards"' in look else "term"), plan), plan
    assert sum('"backwards"' in look for look in looks) == 1
