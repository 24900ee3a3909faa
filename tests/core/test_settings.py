"""Settings read from the environment: typed, and refused in words where they cannot be read."""

import pytest

from ekistics.core.errors import ConfigurationError
from ekistics.core.settings import Settings


@pytest.mark.parametrize(("name", "text", "value"), [
    ("threads", "4", 4), ("threads", " -1 ", -1), ("https", "Yes", True), ("https", "0", False),
    ("hosts", "a,b", "a,b"),
])
def test_a_text_becomes_its_type(name, text, value):
    assert getattr(Settings.from_environment({f"EKISTICS_{name.upper()}": text}), name) == value


@pytest.mark.parametrize(("name", "text", "expected"), [
    ("THREADS", "--4", "a whole number"), ("THREADS", "4.0", "a whole number"), ("THREADS", "٤", "a whole number"),
    ("THREADS", "", "a whole number"), ("HTTPS", "maybe", "1 or 0"),
])
def test_what_cannot_be_read_names_the_setting(name, text, expected):
    with pytest.raises(ConfigurationError, match=f"EKISTICS_{name}") as caught:
        Settings.from_environment({f"EKISTICS_{name}": text})
    assert caught.value.expected == expected
