"""Words with numbers in them: one thing is not several, and a rank is told where a percentage would be none."""

import pytest

from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.peers import Spread, standing
from ekistics.web.observatory.quantiles import quantiles


@pytest.mark.parametrize(("values", "value", "words"), [
    (range(15), 0, "The lowest of 15 cities."), (range(15), 14, "The highest of 15 cities."),
    (range(15), 2, "In the lowest quarter of 15 cities."), (range(15), 13, "In the highest quarter of 15 cities."),
    (range(15), 7, "Below the middle of 15 cities."), (range(19), 18, "The highest of 19 cities."),
    (range(40), 0, "Among the lowest 5 % of 40 cities."), (range(40), 39, "Among the highest 5 % of 40 cities."),
    ([0] * 6 + [*range(1, 10)], 0, "In the lowest quarter of 15 cities."),
    ([*range(9), *[9] * 6], 9, "Above the middle of 15 cities."), ([3] * 15, 3, "As most of 15 cities."),
    (range(15), 20, "The highest of 15 cities."), (range(15), -1, "The lowest of 15 cities.")])
def test_where_a_value_stands_among_few_and_among_many(values, value, words) -> None:
    spread = Spread(len(values), tuple(quantiles([float(v) for v in values])))
    assert standing(float(value), spread, unit_measure="PT", language="en").text == words


@pytest.mark.django_db
def test_one_city_one_data_set_and_one_observation_are_not_several(publish, client) -> None:
    publish(neighbourhoods=0, layers=False)
    Edition.objects.update(observation_count=1)
    pages = {address: client.get(f"/en/{address}").content.decode() for address in (
        "", "data/", "data/profile:GHA-AVA/", "indicators/sdg_11_2_1/")}
    assert "1 city and " in pages[""]
    assert "1 data set, with its licence" in pages["data/"]
    assert "1 observation</li>" in pages["data/profile:GHA-AVA/"]
    assert "1 city with a value." in pages["indicators/sdg_11_2_1/"]
    assert not [word for page in pages.values() for word in ("1 cities", "1 observations", "1 data sets", "1 values")
                if f" {word}" in page or f">{word}" in page]
