"""The rights: every role against every action and fact, and the filter beside the function."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.policy import PUBLIC, Action, Actor, Facts, Role, State, allowed, may, readable

LATER = timedelta(days=1)
ALL_FACTS = [Facts(*values) for values in product(State, (False, True), (False, True), (False, True))]


def test_a_higher_role_may_do_all_that_a_lower_one_may() -> None:
    for facts, action in product(ALL_FACTS, Action):
        allowed = [may(role, action, facts) for role in Role]
        assert allowed == sorted(allowed), (facts, action)


def test_the_public_reads_what_is_published_released_and_free_and_nothing_else() -> None:
    read = [facts for facts in ALL_FACTS if may(Role.PUBLIC, Action.READ, facts)]
    assert read == [Facts(own=False), Facts(own=True)]
    for action in set(Action) - {Action.READ}:
        assert not any(may(Role.PUBLIC, action, facts) for facts in ALL_FACTS)


def test_nobody_reviews_or_publishes_their_own_work_but_an_administrator() -> None:
    own = Facts(State.UNDER_REVIEW, own=True)
    for action in (Action.REVIEW, Action.PUBLISH):
        assert [role for role in Role if may(role, action, own)] == [Role.ADMINISTRATOR]


def test_what_is_said_is_heard_by_those_who_may_take_part_and_read() -> None:
    for facts, role in product(ALL_FACTS, Role):
        expected = role >= Role.CONTRIBUTOR and may(role, Action.READ, facts)
        assert may(role, Action.HEAR, facts) is may(role, Action.COMMENT, facts) is expected
    bounded = Actor(1, (("001/", Role.EDITOR),), frozenset({"upload"}))
    assert not allowed(bounded, Action.HEAR, "001/GHA/", Facts())


@pytest.mark.parametrize(("role", "facts", "allowed"), [
    (Role.VIEWER, Facts(restricted=True), True), (Role.VIEWER, Facts(embargoed=True), False),
    (Role.EDITOR, Facts(embargoed=True), True), (Role.CONTRIBUTOR, Facts(State.DRAFT, own=True), True),
    (Role.CONTRIBUTOR, Facts(State.DRAFT), False), (Role.EDITOR, Facts(State.DRAFT), True),
    (Role.CONTRIBUTOR, Facts(State.WITHDRAWN, own=True), False), (Role.EDITOR, Facts(State.WITHDRAWN), True)])
def test_reading(role: Role, facts: Facts, allowed: bool) -> None:
    assert may(role, Action.READ, facts) is allowed


@pytest.mark.django_db
def test_the_filter_gives_exactly_what_the_function_allows(publish, person) -> None:
    """Every state, embargo, confidentiality and author, for every role, at the place and elsewhere."""
    author, other = person(Role.CONTRIBUTOR, name="author"), person(Role.CONTRIBUTOR, name="other")
    publish()
    edition = Edition.objects.get()
    rows = Observation.objects.filter(edition=edition)
    rows.update(restricted=False)
    held = rows.order_by("pk").first()
    assert held is not None
    Observation.objects.filter(pk=held.pk).update(restricted=True)
    now, cells = timezone.now(), 0
    for state, embargoed, by in product(State, (False, True), (author, other, None)):
        Edition.objects.update(state=str(state), author=by, embargo_until=now + LATER if embargoed else None)
        for role, where in product(Role, ("001/", "001/002/202/011/GHA/", "001/019/")):
            actor = PUBLIC if role is Role.PUBLIC else Actor(author.pk, ((where, role),))
            got = set(Observation.objects.filter(readable(actor, restricted="restricted", now=now)).values_list(
                "pk", flat=True))
            at = actor.role_at("001/002/202/011/GHA/GHA-AVA/")
            for pk in rows.values_list("pk", flat=True):
                facts = Facts(state, embargoed, pk == held.pk, own=by == author and actor.user_id is not None)
                assert (pk in got) is may(at, Action.READ, facts), (state, embargoed, by, role, where, facts)
                cells += 1
    assert cells == 6 * 2 * 3 * 6 * 3 * 12
