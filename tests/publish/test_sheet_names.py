"""Names of sheets hold no signs that are not seen: those that keep an English title in order within an Arabic one."""

from ekistics.publish.report_xlsx import SHEET_NAME, _Writer


def test_no_sign_that_is_not_seen_takes_room_in_the_name_of_a_sheet() -> None:
    book = object.__new__(_Writer)
    book.names = set()
    assert book._name("\u2068Cities above 50: near\u2069\u060c 2025") == "Cities above 50  near\u060c 2025"
    assert book._name("\u2068" + "a" * SHEET_NAME + "\u2069") == "a" * SHEET_NAME
