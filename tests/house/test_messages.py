"""The catalogue of texts is up to date."""

from tools import messages


def test_catalogue_is_up_to_date() -> None:
    assert messages.CATALOGUE.read_text(encoding="utf-8") == messages.extract(), "run 'make messages'"
