"""What people met who came to the site for the first time: that each page says what they need to know there."""

import pytest

from ekistics.web.observatory.models import Observation
from ekistics.web.policy import Role

pytestmark = pytest.mark.django_db
PARTS = "change the numerator (or the denominator) as well as the value"


def text_of(client, address: str) -> str:
    """Give a page that is there."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def share(**more) -> Observation:
    return Observation.objects.get(**{"place__code": "GHA-AVA", "measure__indicator__code": "sdg_11_2_1",
                                      "measure__variant": "network", "current": True, **more})


def test_who_corrects_a_percentage_is_told_beforehand_of_its_parts(publish, person, client_of) -> None:
    publish()
    client = client_of(person(Role.CONTRIBUTOR, "GHA-AVA"))
    dense = Observation.objects.get(place__code="GHA-AVA", measure__indicator__code="population_density", current=True)
    assert PARTS in text_of(client, f"/en/values/{share().pk}/")
    assert PARTS in text_of(client, "/en/uploads/")
    assert PARTS not in text_of(client, f"/en/values/{dense.pk}/")
    assert 'id="correcting"' not in text_of(client_of(None), f"/en/values/{share().pk}/")
