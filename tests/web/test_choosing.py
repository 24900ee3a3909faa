"""Choosing a place by what people type, where the code of one place is the name of another."""

import pytest

from ekistics.core.errors import UnknownNameError
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.models import User
from ekistics.web.places.choosing import chosen_place, matching
from ekistics.web.places.models import Place, PlaceName
from ekistics.web.places.tree import index_names
from ekistics.web.policy import PUBLIC, Role
from tests.web.signing import confirmed

pytestmark = pytest.mark.django_db
SEVERAL = "Several places have this name. Choose one of them: Suriname (SUR); Sur (OMN-SUR)"


@pytest.fixture
def sur(publish) -> Place:
    """Give a city that is called as a country elsewhere is coded."""
    publish("OMN-SUR", name="Sur", country="OMN", layers=False, neighbourhoods=0)
    return Place.objects.get(code="OMN-SUR")


def test_a_code_that_is_the_name_of_another_place_does_not_decide(sur, person) -> None:
    actor = actor_of_user(person(Role.ADMINISTRATOR))
    for typed in ("Sur", "SUR", " sur "):
        for mine in (lambda _place: True, lambda place: place.code == "SUR", lambda place: place == sur):
            with pytest.raises(UnknownNameError) as found:
                chosen_place(actor, typed, mine)
            assert str(found.value).startswith(SEVERAL), typed
    for typed, code in (("Suriname (SUR)", "SUR"), ("Sur (sur)", "SUR"), ("Suriname", "SUR"), ("omn-sur", "OMN-SUR"),
                        ("Sur (OMN-SUR)", "OMN-SUR"), ("OMN", "OMN"), ("001", "001")):
        assert chosen_place(actor, typed, lambda _place: True).code == code, typed


def test_a_name_in_any_language_counts_and_one_in_work_only_for_those_who_know(publish, sur, person) -> None:
    publish("KEN-NEW", name="Newtown", country="KEN", state="draft", layers=False, neighbourhoods=0)
    new = Place.objects.get(code="KEN-NEW")
    PlaceName.objects.create(place=new, language="es", name="Tgo", kind="alternative")
    index_names([new])
    assert chosen_place(actor_of_user(person(Role.ADMINISTRATOR, "OMN")), "TGO", lambda _place: True).code == "TGO"
    with pytest.raises(UnknownNameError, match=r"Togo \(TGO\); Newtown \(KEN-NEW\)"):
        chosen_place(actor_of_user(person(Role.ADMINISTRATOR, "KEN")), "TGO", lambda _place: True)


def test_no_role_is_given_where_the_place_may_be_another(sur, person) -> None:
    client = confirmed(person(Role.ADMINISTRATOR))
    wanted = {"name": "New", "username": "new", "email": "new@example.org", "place": "Sur", "role": "2"}
    page = client.post("/en/people/invite/", wanted).content.decode()
    assert SEVERAL in page and not User.objects.filter(username="new").exists()
    client.post("/en/people/invite/", {**wanted, "place": "Sur (OMN-SUR)"})
    assert [g.place for g in User.objects.get(username="new").grants.all()] == [sur]


def test_a_code_ends_the_search_among_places_of_one_kind_only_where_it_is_of_that_kind(sur) -> None:
    def city(place: Place) -> bool:
        return place.kind == "city"

    assert [(m.place, m.how) for m in (matching(PUBLIC, typed, city) for typed in ("Sur", "OMN-SUR", "x (omn-sur)"))
            ] == [(sur, "name"), (sur, "code"), (sur, "code")]
    Place.objects.filter(pk=sur.pk).update(name="Surim")
    PlaceName.objects.filter(place=sur).update(name="Surim")
    index_names([Place.objects.get(pk=sur.pk)])
    assert (matching(PUBLIC, "SUR", city).near, matching(PUBLIC, "Suriname (SUR)", city).how) == ((sur,), "none")
    assert matching(PUBLIC, "SUR", city, beyond=True).place == Place.objects.get(code="SUR")
