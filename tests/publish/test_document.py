"""The PDF: tagged, titled, paged, with the same numbers, and the same bytes for the same package."""

import io
import re

import pypdf
import pytest

from ekistics.core.errors import MissingInputError
from ekistics.publish import assets, compose_profile, printed


@pytest.fixture(scope="module")
def reader(pdf) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


@pytest.fixture(scope="module")
def text(reader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages)).replace("\u00a0", " ")


def test_it_is_tagged_titled_and_in_a_language(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("en")
    assert reader.metadata.title == "Marisol Bay (made-up city) – City profile"


def test_pages_are_a4_and_numbered(reader, text):
    count = len(reader.pages)
    assert 8 <= count <= 20
    assert f"Page {count} of {count}" in text
    width, height = (round(float(v) * 25.4 / 72) for v in reader.pages[0].mediabox[2:])
    assert (width, height) == (210, 297)


def test_it_says_the_same_numbers_as_the_content(package, known, text):
    document = compose_profile(package, known)
    for card in document.cards:
        for figure in card.figures:
            assert figure.text.replace("\u00a0", " ") in text, figure
    assert document.headline.replace("\u00a0", " ") in text


def test_it_holds_method_parameters_sources_and_certificate(package, text):
    for words in ("within 500 m along the streets", "Conformance certificate", "conforms", "Scale 1 : 100",
                  package.run.id, package.run.inputs[0].sha256[:16], "not computed: no PM2.5 grid was given"):
        assert words in text, words


def test_the_same_package_gives_the_same_bytes(package, known, pdf):
    assert printed(compose_profile(package, known), created=package.created) == pdf


def test_its_fonts_are_inside(reader):
    fonts = {str(f.get_object()["/BaseFont"]) for page in reader.pages for f in page["/Resources"]["/Font"].values()}
    assert fonts
    assert all("NotoSans" in name for name in fonts)


def test_pages_that_were_not_built_are_one_clear_error(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "_ROOT", tmp_path)
    with pytest.raises(MissingInputError, match="have not been built"):
        assets.font_folder()
