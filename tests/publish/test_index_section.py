"""A city's profile tells what an index says of the city: in the page and in the PDF, from the same results."""

import io
import re

import pypdf
import pytest

from ekistics.publish import compose_profile, page, printed

GROUPS = [{"code": "land", "title": "Land and people", "parent": "total", "weight": 1},
          {"code": "total", "title": "Index of tests", "parent": "", "weight": 1}]
ITEMS = [{"code": "density", "title": "Density of people", "status": "doubtful", "note": "why"},
         {"code": "streets", "title": "Paved streets", "status": "own", "note": ""}]


def results(code, **unit):
    return {"format": 1, "index": {"code": "tests", "title": "Index of tests", "edition": "1", "source": "Nobody",
                                   "note": ""},
            "groups": GROUPS, "items": ITEMS, "bands": [{"from": 50, "title": "moderately weak", "advice": ""}],
            "ranked": 9, "units": [{"code": code, "score": 55.5, "rank": 4.0, "known": 2, "missing": [], "imputed": [],
                                    "scores": {"land": 55.5, "total": 55.5}, "coverage": {"land": 1.0, "total": 1.0},
                                    **unit}],
            "uncertainty": {"units": {code: {"rank": [2.0, 6.0]}}}}


@pytest.fixture
def documents(package, known):
    document = compose_profile(package, known, indices=[results(package.place.code)])
    pdf = " ".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(printed(document))).pages)
    return page(document).decode(), re.sub(r"\s+", " ", pdf)


def test_page_and_pdf_say_score_place_and_band(documents):
    for text in documents:
        assert "55.5 points of 100, place 4 of 9." in text
        assert "the place lies between 2 and 6." in text
        assert "55.5 points, moderately weak" in text
    assert 'id="index-tests"' in documents[0]


def test_a_hole_has_no_place_and_names_what_is_missing(package, known):
    incomplete = results(package.place.code, score=None, rank=None, known=1, missing=["streets"],
                         scores={"land": None, "total": None}, coverage={"land": 0.5, "total": 0.5})
    text = page(compose_profile(package, known, indices=[incomplete])).decode()
    assert "No score: 1 of the 2 values that the index asks for are missing." in text
    assert "Paved streets" in text
    assert "place 4" not in text
    assert "no score; 50 % of it is known" in text


def test_without_an_index_or_with_one_of_other_cities_the_profile_is_as_it_was(package, known):
    plain = compose_profile(package, known)
    assert compose_profile(package, known, indices=[results("XXX-OTHER")]) == plain
    assert [section.code for section in plain.sections] == ["method", "run"]
