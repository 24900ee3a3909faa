"""What `ekistics sample` and `ekistics national` write stands on the page of the country, as it was written."""

import shutil
from pathlib import Path

import pytest
from django.test import Client
from lxml import html

from ekistics.jobs.national import national
from ekistics.jobs.sample_cities import commit_seed, draw_sample
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.places.models import Place

pytestmark = pytest.mark.django_db


def test_a_country_from_list_of_cities_to_page(world: Place, tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[2] / "examples/national", tmp_path, dirs_exist_ok=True)
    commit_seed(tmp_path / "sample.toml", tmp_path / "sample", seed="a seed of the tests")
    draw_sample(tmp_path / "sample.toml", tmp_path / "sample")
    ratio, count = national(tmp_path / "national.toml", tmp_path / "country").document["comparison"]
    (outcome,) = publish_packages([tmp_path / "country"])
    assert outcome.error is None, outcome.error
    answer = Client().get("/en/countries/XMU/")
    assert answer.status_code == 200
    page = html.fromstring(answer.content.decode())
    for row in (ratio, count):
        card = " ".join(page.xpath(f"//li[@id='{row['indicator']}']")[0].text_content().split())
        assert f"{row['value']:.0f}" in card or f"{row['value']:.1f}" in card
        assert "From 30 of 120 cities" in card
    assert "ekistics national national.toml" in page.text_content()  # the command that makes this run again
    assert "ekistics profile city.toml" not in page.text_content()
