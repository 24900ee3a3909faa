"""Packages become editions: once, whole, with what changed and why."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ekistics.package import write_package
from ekistics.web.observatory.frames import rows_for
from ekistics.web.observatory.models import Coverage, Edition, Observation, Revision
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.observatory.release import release, release_due
from ekistics.web.places.models import Boundary, Place
from ekistics.web.policy import PUBLIC, State
from ekistics.web.workflow.audit import verify_chain
from ekistics.web.workflow.guards import lifted
from ekistics.web.workflow.models import AuditEntry
from tests.web.packages import small_package

pytestmark = pytest.mark.django_db


def count_rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Edition, Observation, Revision, Boundary, Place, AuditEntry))


def test_publish_puts_every_row_and_place_into_the_record(publish) -> None:
    outcome = publish()
    edition = Edition.objects.get(pk=outcome.edition)
    assert outcome.added and edition.observation_count == 12 == Observation.objects.filter(current=True).count()
    place = Place.objects.get(code="GHA-AVA")
    assert place.path == "001/002/202/011/GHA/GHA-AVA/" and place.listed
    assert [child.code for child in place.children.order_by("code")] == ["GHA-AVA:N1", "GHA-AVA:N2"]


def test_same_package_twice_changes_nothing(publish, write) -> None:
    first = publish()
    before = count_rows()
    again = publish()
    assert not again.added and again.edition == first.edition
    assert count_rows() == before


def test_another_run_becomes_another_edition_and_the_old_stays(publish) -> None:
    old = publish()
    new = publish(access=61.0, seed=2)
    assert new.added and new.changes == 6  # both readings of three places
    assert Observation.objects.filter(edition=old.edition).count() == 12
    standing = Observation.objects.filter(current=True, place__code="GHA-AVA", measure__variant="network")
    assert [round(v, 6) for v in standing.values_list("obs_value", flat=True)] == [61.0]
    assert any("seed" in cause for cause in Edition.objects.get(pk=new.edition).causes)


def test_a_value_that_a_new_run_lacks_no_longer_stands(publish) -> None:
    publish()
    publish(seed=2, neighbourhoods=1)
    assert not Observation.objects.filter(current=True, place__code="GHA-AVA:N2").exists()
    assert Revision.objects.filter(kind="removed").count() == 4


def test_counts_follow_what_stands(publish) -> None:
    publish()
    publish(seed=2, access=50.0)
    publish("GHA-BOR", name="Boria")
    for row in Coverage.objects.all():
        rows = Observation.objects.filter(current=True, restricted=False, measure=row.measure, period=row.period)
        assert (row.rows, row.values) == (rows.count(), rows.filter(obs_value__isnull=False).count())


def test_an_embargoed_edition_waits_and_the_old_value_stands(publish) -> None:
    publish()
    later = timezone.now() + timedelta(days=1)
    waiting = publish(seed=2, access=70.0, embargo_until=later)
    shown = rows_for(PUBLIC).filter(place__code="GHA-AVA", measure__variant="network").values_list(
        "obs_value", flat=True)
    assert [round(v, 6) for v in shown] == [58.0]
    assert not rows_for(PUBLIC, current=False).filter(edition=waiting.edition).exists()
    assert release_due(later + timedelta(seconds=1)) == 1
    standing = Observation.objects.filter(current=True, place__code="GHA-AVA", measure__variant="network")
    assert [round(v, 6) for v in standing.values_list("obs_value", flat=True)] == [70.0]


def test_a_draft_is_not_public(publish) -> None:
    outcome = publish(state=State.DRAFT)
    assert not rows_for(PUBLIC, current=False).exists()
    assert Edition.objects.get(pk=outcome.edition).released_at is None


def test_restricted_numbers_are_not_public(publish) -> None:
    publish(conf_status="C")
    assert rows_for(PUBLIC).count() == 9
    assert Observation.objects.filter(current=True).count() == 12


def test_a_broken_package_marks_itself_and_the_others_enter(world, write) -> None:
    good, bad, other = write("GHA-AVA"), write("GHA-BOR"), write("GHA-COR")
    table = bad / "observations.csv"
    table.write_bytes(table.read_bytes().replace(b"58.0", b"59.0"))
    outcomes = publish_packages([good, bad, other])
    assert [o.added for o in outcomes] == [True, False, True]
    assert "observations.csv" in str(outcomes[1].error)
    assert not Place.objects.filter(code="GHA-BOR").exists()


def test_a_boundary_that_changes_is_a_new_edition_of_the_same_place(publish) -> None:
    publish()
    publish(seed=2, at=(-0.21, 5.6))
    editions = Boundary.objects.filter(place__code="GHA-AVA")
    assert [b.number for b in editions] == [1, 2]
    assert editions[0].valid_to == editions[1].valid_from


def test_a_draft_changes_no_boundary_before_it_is_released(publish) -> None:
    publish()
    waiting = publish(seed=2, at=(-0.21, 5.6), state=State.DRAFT)
    held = Boundary.objects.filter(place__code="GHA-AVA")
    assert [b.number for b in held] == [1]
    edition = Edition.objects.get(pk=waiting.edition)
    edition.state = str(State.PUBLISHED)
    edition.save()
    release(edition)
    assert [b.number for b in held.all()] == [1, 2]


def test_every_step_is_in_the_log_and_the_log_holds(publish) -> None:
    publish()
    publish(seed=2)
    assert list(verify_chain()) == []
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE workflow_auditentry SET detail = %s WHERE number = 1", ['{"forged": true}'])
    assert [b.what for b in verify_chain()] == ["digest"]


def test_a_package_with_a_place_outside_its_city_is_refused(publish, tmp_path) -> None:
    package = small_package("GHA-BOR")
    publish("GHA-AVA")
    outside = replace(package.places[1], parent="GHA-AVA")
    folder = tmp_path / "outside"
    write_package(replace(package, places=(package.place, outside, package.places[2])), folder)
    (outcome,) = publish_packages([folder])
    assert "GHA-BOR:N1" in str(outcome.error) and not Place.objects.filter(code="GHA-BOR").exists()


def test_many_packages_cost_hardly_more_statements_than_one(world, write, django_assert_max_num_queries) -> None:
    folders = [write(f"GHA-C{i}", layers=False) for i in range(6)]
    publish_packages([write("GHA-AVA", layers=False)])
    with CaptureQueriesContext(connection) as one:
        publish_packages(folders[:1])
    with django_assert_max_num_queries(len(one) + 3):
        publish_packages(folders[1:])


def test_two_packages_of_a_city_in_one_batch_become_two_editions(world, write) -> None:
    first, same, other = write(), write(), write(access=61.0, seed=2)
    outcomes = publish_packages([first, same, other])
    assert [o.added for o in outcomes] == [True, False, True] and outcomes[2].changes == 6
    assert outcomes[0].edition == outcomes[1].edition
    assert [e.number for e in Edition.objects.order_by("pk")] == [1, 2]
    assert Observation.objects.filter(current=True).count() == 12
    assert set(Observation.objects.filter(current=True).values_list("edition", flat=True)) == {outcomes[2].edition}
    assert list(verify_chain()) == []


def test_quantiles_are_those_of_the_values_that_stand(world, write) -> None:
    publish_packages([write(f"GHA-C{i}", density=1000.0 * (i + 1)) for i in range(5)])
    publish_packages([write("GHA-C0", density=9000.0, seed=2)])
    row = Coverage.objects.get(measure__indicator__code="population_density")
    assert (row.cities, [round(q) for q in row.quantiles]) == (5, [2000, 3000, 4000, 5000, 9000])


def test_the_record_keeps_numbers_to_the_last_bit_and_what_is_absent(publish) -> None:
    publish(access=58.0 + 1 / 3)
    kept = Observation.objects.get(place__code="GHA-AVA", measure__variant="network")
    assert kept.obs_value == 100 * (10_000.0 * (58.0 + 1 / 3) / 100) / 10_000.0
    absent = Observation.objects.filter(obs_value=None)
    assert set(absent.values_list("numerator", "reason", "period__text")) == {(None, "no-air", "")}
