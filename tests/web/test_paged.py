"""Lists in pages: together they are the whole list in its order, and any number that is asked for is a page of it."""

import pytest

from ekistics.web.observatory.pages.shared import listed_cities
from ekistics.web.paging import paged
from ekistics.web.places.models import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def cities() -> None:
    """Make 45 cities, some of one name."""
    Place.objects.bulk_create(Place(code=f"GHA-P{i:02d}", kind="city", country="GHA", name=f"Town {i * 7 % 11}",
                                    path=f"/GHA-P{i:02d}/", listed=True) for i in range(45))


@pytest.mark.parametrize("by_keys", [True, False])
def test_the_pages_together_are_the_list(cities, by_keys: bool) -> None:
    pages = [paged(listed_cities(), str(number), 10, by_keys=by_keys) for number in range(1, 6)]
    assert [place for page in pages for place in page] == list(listed_cities())
    assert [len(page) for page in pages] == [10, 10, 10, 10, 5]
    assert {(page.paginator.count, page.paginator.num_pages) for page in pages} == {(45, 5)}


@pytest.mark.parametrize(("asked", "number"), [
    (None, 1), ("", 1), ("0", 1), ("-1", 1), ("x", 1), ("1.5", 1), ("\u0663", 1), ("3", 3), ("6", 5), ("100001", 5),
    ("9" * 5000, 5)])
def test_any_number_is_a_page(cities, asked: str | None, number: int) -> None:
    assert paged(listed_cities(), asked, 10).number == number
    assert paged(Place.objects.none().order_by("pk"), asked, 10).number == 1


def test_a_known_count_is_not_counted_again(cities, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        assert len(paged(listed_cities(), "2", 10, count=45)) == 10
