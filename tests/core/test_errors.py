"""Errors teach: place, what came, what was expected, what to do."""

import json

import pytest

from ekistics.core import errors
from ekistics.core.errors import EkisticsError, InvalidValueError, MissingInputError, UnknownNameError

CLASSES = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_has_the_root_and_a_code_of_its_own(kind):
    assert issubclass(kind, EkisticsError)
    assert [c.__name__ for c in CLASSES if c.code == kind.code] == [kind.__name__]


@pytest.mark.parametrize("kind", [k for k in CLASSES if k is not EkisticsError], ids=lambda kind: kind.__name__)
def test_every_class_is_also_a_standard_exception(kind):
    assert any(issubclass(kind, standard) for standard in (ValueError, LookupError, OSError))


def test_text_names_place_expected_got_and_remedy():
    error = InvalidValueError("Negative population.", where="pop.tif, row 3", expected=">= 0", got=-1, hint="Mask it.")
    assert str(error) == "pop.tif, row 3: Negative population. Expected >= 0, got -1. Mask it."


def test_plain_fields_survive_json():
    fields = json.loads(json.dumps(MissingInputError("Not there.", where="a.tif", got=3).as_dict()))
    assert fields == {"code": "missing-input", "message": "Not there.", "where": "a.tif", "param": None,
                      "expected": None, "got": "3", "hint": None}


def test_missing_file_error_keeps_its_own_text():
    assert str(MissingInputError("Not there.", where="a.tif")) == "a.tif: Not there."


def test_nearest_name_or_the_whole_list():
    assert "Did you mean 'rural'" in str(UnknownNameError.among("rual", ["rural", "urban"], what="class"))
    assert "Known: rural, urban." in str(UnknownNameError.among("xyzzy", ["urban", "rural"], what="class"))


@pytest.mark.parametrize(("name", "known", "near"), [
    ("ZD", ["NZD", "zd"], "zd"), ("zd", ["NZD", "ZD"], "ZD"),
    ("Hv001", ["hV001", "Hv002"], "hV001"), ("POPLUATION", ["built_up", "population"], "population")])
def test_a_name_equal_but_for_case_comes_first(name, known, near):
    for names in (known, known[::-1]):
        hint = UnknownNameError.among(name, names, what="variable").hint
        assert hint == f"Did you mean {near!r}?"
