"""Groups of people are named in words: every code of the lists, every age of the SDG structure, in every language."""

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from ekistics.core.codelists import DIMENSION_CODES
from ekistics.core.i18n import use_language
from ekistics.core.observation import DIMENSIONS
from ekistics.publish.figures import dimension_text, group_text

SDG = tomllib.loads((Path(__file__).parent / "sdg_dsd_facts.toml").read_text(encoding="utf-8"))["codes"]
LISTS = {"sex": "SEX", "age": "AGE", "disability": "DISABILITY_STATUS", "urbanisation": "URBANISATION",
         "income_quantile": "INCOME_WEALTH_QUANTILE"}


def row(**codes: str) -> SimpleNamespace:
    return SimpleNamespace(**{**dict.fromkeys(DIMENSIONS, "_T"), **codes})


@pytest.mark.parametrize(("name", "code"), [
    *((name, code) for name, codes in DIMENSION_CODES.items() for code in codes),
    *((name, code) for name, list_name in LISTS.items() for code in SDG[list_name])])
def test_a_code_is_told_in_words(name, code):
    words = dimension_text(name, code)
    assert words != code and not re.search(r"_|[A-Z]{2}|[YMQ][0-9]", words)
    assert re.findall(r"[1-9][0-9]*", code if name == "age" else "") == re.findall(
        r"[1-9][0-9]*", words if name == "age" else "")
    assert group_text(row(**{name: code})) == ("everybody" if code == "_T" else words)


@pytest.mark.parametrize("name", DIMENSION_CODES)
def test_words_differ_within_a_list(name):
    """A class of urbanisation bears one name at both levels; the series it stands in says which."""
    words = [dimension_text(name, code) for code in (SDG[LISTS[name]] if name in LISTS else DIMENSION_CODES[name])]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(("codes", "text"), [
    ({"sex": "F", "age": "Y0T14"}, "women and girls, 0 to 14 years"),
    ({"age": "Y_GE65", "urbanisation": "R"}, "65 years and older, rural"),
    ({"urbanisation": "CITY"}, "city"), ({"urbanisation": "U"}, "urban"), ({"urbanisation": "21"},
                                                                            "Suburban or peri-urban cells"),
    ({"disability": "PD", "income_quantile": "Q1"}, "people with a disability, first fifth by income, the poorest"),
    ({"age": "Y_LT5"}, "under 5 years"), ({"age": "Y_LT1"}, "under 1 year"), ({"age": "Y1T1"}, "age in years: 1"),
    ({"age": "Y30"}, "age in years: 30"), ({"age": "M36T59"}, "36 to 59 months"),
    ({"age": "M0"}, "age in months: 0"), ({"sex": "_U", "age": "_U"}, "sex not known, age not known"),
    ({"tenure": "OWN"}, "households that own their dwelling"), ({"tenure": "LEASE"}, "LEASE"),
    ({"age": "Y{0}"}, "Y{0}"), ({}, "everybody")])
def test_a_group_is_named(codes, text):
    assert group_text(row(**codes)) == text


def test_a_group_is_named_in_the_language_in_use():
    with use_language("fr"):
        assert group_text(row(urbanisation="CITY")) == "ville"
