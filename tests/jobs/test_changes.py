"""Causes of a change: each input by role and name, also when two files have one name."""

from ekistics.core.provenance import Provenance, Run
from ekistics.jobs.profile.changes import changed_causes


def run(*digests, **parameters):
    inputs = tuple(Provenance("gtfs.zip", digest, "timetables") for digest in digests)
    return Run(inputs, parameters, {}, "1")


def test_the_second_of_two_files_of_one_name_is_named_by_its_number():
    assert changed_causes(run("a", "b"), run("a", "c")) == ["input changed: timetables gtfs.zip (2)"]
    assert changed_causes(run("a", "b"), run("c", "b")) == ["input changed: timetables gtfs.zip"]
    assert changed_causes(run("a", "b"), run("a")) == ["input left out: timetables gtfs.zip (2)"]


def test_a_reading_is_named_with_its_file_and_not_as_a_parameter():
    before, after = (run("a", "b", **{"read.timetables.2.crs": crs, "x": 1}) for crs in ("", "EPSG:4326"))
    assert before.id != after.id
    assert changed_causes(before, after) == ["timetables gtfs.zip (2) crs:  -> EPSG:4326"]


def test_two_files_of_one_role_change_places():
    before = Run((Provenance("a", "1", "population"), Provenance("b", "2", "population")), {}, {}, "1")
    after = Run(before.inputs[::-1], {}, {}, "1")
    assert before.id != after.id
    assert changed_causes(before, after) == ["the order of inputs"]
