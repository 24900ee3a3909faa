"""What a share is of: numerator and denominator with no more digits than the interval of the value bears."""

import math
from types import SimpleNamespace

import pytest

from ekistics.publish.figures import share_text


@pytest.mark.parametrize(("value", "interval", "parts", "unit", "text"), [
    (51.49, (41.2, 61.7), (61.7890, 120.0), "PT", "62 of 120; base: cities"),
    (51.49, (51.3, 51.7), (61.7890, 120 - 1e-13), "PT", "61.79 of 120; base: cities"),
    (51.49, (math.nan, math.nan), (61.7890, 120.0), "PT", "61.7890 of 120; base: cities"),
    (0.4, (0.1, 1.4), (0.48, 120.0), "PT", "0.48 of 120; base: cities"),
    (5.2, (2.0, 9.0), (12.34567, 2.37), "RO", "12.3 divided by 2.4 (base: cities)"),
    (58.0, (54.0, 62.0), (5_234_123.4, 9_023_123.3), "PT", "5,234,123 of 9,023,123; base: cities"),
    (0.0, (0.0, 0.0), (0.0, 120.0), "PT", "0 of 120; base: cities"),
])
def test_the_parts_of_a_share_have_no_more_digits_than_its_interval_bears(value, interval, parts, unit, text):
    row = SimpleNamespace(obs_value=value, lci=interval[0], uci=interval[1], numerator=parts[0], denominator=parts[1],
                          unit_measure=unit, base="cities")
    assert share_text(row, language="en") == text
