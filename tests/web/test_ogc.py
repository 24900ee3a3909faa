"""OGC API Features: what the standard asks for, and a client nobody here wrote."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from django.test import Client

from ekistics.web.observatory.models import Layer
from ekistics.web.ogc.asked import read_time
from ekistics.web.places.models import Boundary, Place
from tests.web.packages import small_package

pytestmark = pytest.mark.django_db


def get(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.json()


def test_landing_leads_to_everything(publish: Callable[..., Any], client: Client) -> None:
    publish()
    landing = get(client, "/ogc/")
    rels = {link["rel"]: link["href"] for link in landing["links"]}
    assert set(rels) == {"self", "service-desc", "conformance", "data"}
    for href in rels.values():
        get(client, href)
    kept = get(client, rels["conformance"])["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in kept
    listed = get(client, rels["data"])["collections"]
    assert [c["id"] for c in listed][:3] == ["cities", "neighbourhoods", "countries"]
    assert {c["id"].split("-", 2)[2] for c in listed[3:]} == {"boundary", "neighbourhoods"}
    for each in listed:
        described = get(client, f"/ogc/collections/{each['id']}")
        assert described["id"] == each["id"]
        (link,) = [k["href"] for k in each["links"] if k["rel"] == "items"]
        get(client, link)


def test_items_by_page_box_and_property(publish: Callable[..., Any], client: Client) -> None:
    publish()
    publish("GHA-BAB", name="Babylon", at=(10.0, 5.0))
    publish("GHA-COR", name="Corinth", at=(20.0, 5.0))
    response = client.get("/ogc/collections/cities/items")
    assert response.headers["Content-Type"] == "application/geo+json"
    whole = response.json()
    assert (whole["numberMatched"], whole["numberReturned"]) == (3, 3)
    paged, following = [], "/ogc/collections/cities/items?limit=1"
    while following:
        page = get(client, following)
        assert page["numberMatched"] == 3
        paged += page["features"]
        following = next((k["href"] for k in page["links"] if k["rel"] == "next"), "")
    assert paged == whole["features"]
    def codes(text: str) -> list[str]:
        return [f["id"] for f in get(client, f"/ogc/collections/cities/items?{text}")["features"]]
    assert codes("bbox=9,4,11,6") == ["GHA-BAB"]
    assert codes("bbox=19,4,0,11,6,9") == ["GHA-COR"] or codes("bbox=19,4,0,21,6,9") == ["GHA-COR"]
    assert codes("name=Babylon") == codes("code=GHA-BAB") == ["GHA-BAB"]
    assert codes("parent=GHA&limit=5000") == ["GHA-AVA", "GHA-BAB", "GHA-COR"]
    one = get(client, "/ogc/collections/cities/items/GHA-BAB")
    assert one["properties"] == whole["features"][1]["properties"]
    assert shapely.geometry.shape(one["geometry"]).equals(shapely.box(10, 5, 10.2, 5.1))


def test_past_boundaries_by_time(publish: Callable[..., Any], client: Client) -> None:
    publish()
    publish(at=(1.0, 5.0), seed=2)
    old, new = Boundary.objects.filter(place__code="GHA-AVA").order_by("number")
    Boundary.objects.filter(pk=old.pk).update(valid_from="2010-01-01", valid_to="2020-01-01")
    Boundary.objects.filter(pk=new.pk).update(valid_from="2020-01-01")
    def number(text: str) -> list[int]:
        return [f["properties"]["boundary"] for f in get(
            client, f"/ogc/collections/cities/items{text}")["features"]]
    assert number("") == number("?datetime=2024-05-01T00:00:00Z") == number("?datetime=2015-01-01/..") == [2]
    assert number("?datetime=2015-06-30") == [1]
    assert number("?datetime=../2001-01-01") == []


@pytest.mark.parametrize("text", ["", "..", "../..", "soon", "2020-01-01/2019-01-01", "2020-01-01/../.."])
def test_times_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        read_time(text)


@pytest.mark.parametrize("text", ["limit=0", "limit=x", "bbox=1,2", "datetime=soon", "colour=red", "offset=-1",
                                  "bbox=nan,0,1,1", "f=html"])
def test_what_cannot_be_read_is_answered_with_400(publish: Callable[..., Any], client: Client, text: str) -> None:
    publish()
    response = client.get(f"/ogc/collections/cities/items?{text}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["x", "x/items", "layer-1-nothing/items", "layer-999-boundary/items",
                                     "cities/items/nowhere", "layer-1-boundary/items/77", "layer-1-boundary/items/x"])
def test_what_is_not_there(publish: Callable[..., Any], client: Client, address: str) -> None:
    publish()
    assert client.get(f"/ogc/collections/{address}").status_code == 404


def test_layers_are_read_as_the_package_holds_them(publish: Callable[..., Any], client: Client) -> None:
    made = publish()
    page = get(client, f"/ogc/collections/layer-{made.edition}-neighbourhoods/items")
    (expected,) = [each.frame for each in small_package().layers if each.code == "neighbourhoods"]
    assert [f["properties"]["ref_area"] for f in page["features"]] == expected["ref_area"].tolist()
    for feature, shape in zip(page["features"], expected.geometry, strict=True):
        assert shapely.geometry.shape(feature["geometry"]).equals(shape)
        assert get(client, f"/ogc/collections/layer-{made.edition}-neighbourhoods/items/{feature['id']}")[
            "properties"] == feature["properties"]
    second = page["features"][1]["properties"]["name"].replace(" ", "%20")
    name = f"/ogc/collections/layer-{made.edition}-neighbourhoods/items"
    assert get(client, f"{name}?name={second}")["numberMatched"] == 1
    assert get(client, f"{name}?offset=1&limit=1")["features"] == page["features"][1:]
    assert get(client, f"{name}?bbox=100,0,101,1")["numberMatched"] == 0


def test_only_the_newest_edition_of_a_dataset_is_listed(publish: Callable[..., Any], client: Client) -> None:
    first = publish()
    second = publish(access=61.0, seed=2)
    listed = {c["id"] for c in get(client, "/ogc/collections")["collections"][3:]}
    assert listed == {f"layer-{second.edition}-{code}" for code in Layer.objects.values_list("code", flat=True)}
    assert get(client, f"/ogc/collections/layer-{first.edition}-boundary/items")["numberMatched"] == 1


READ = """
import sys, pyogrio
source, folder = sys.argv[1:]
names = [str(name) for name, _kind in pyogrio.list_layers(source)]
for name in names:
    pyogrio.read_dataframe(source, layer=name, PAGE_SIZE="1").to_parquet(f"{folder}/{name}.parquet")
"""


@pytest.mark.network
def test_gdal_reads_equal_values(transactional_db: None, publish: Callable[..., Any], live_server: Any,
                                 tmp_path: Path) -> None:
    publish()
    made = publish("GHA-BAB", name="Babylon", at=(10.0, 5.0))
    Place.objects.filter(kind="country").exclude(code="GHA").delete()
    # A process of its own: GDAL keeps Python's lock while it waits, and the server needs it to answer.
    subprocess.run([sys.executable, "-c", READ, f"OAPIF:{live_server.url}/ogc", str(tmp_path)],  # noqa: S603 - ours
                   check=True, timeout=120, env={**os.environ, "NO_PROXY": "*"})
    cities = gpd.read_parquet(tmp_path / "cities.parquet").sort_values("code")
    assert cities["code"].tolist() == ["GHA-AVA", "GHA-BAB"]
    for code, (west, south) in (("GHA-AVA", (-0.2, 5.6)), ("GHA-BAB", (10.0, 5.0))):
        row = cities[cities["code"] == code].iloc[0]
        assert row["area_km2"] == Boundary.objects.get(place__code=code).area_km2
        assert row.geometry.equals(shapely.box(west, south, west + 0.2, south + 0.1))
    layer = gpd.read_parquet(tmp_path / f"layer-{made.edition}-neighbourhoods.parquet")
    (expected,) = [each.frame for each in small_package("GHA-BAB", name="Babylon", at=(10.0, 5.0)).layers
                   if each.code == "neighbourhoods"]
    columns = ["ref_area", "name", "kind"]
    pd.testing.assert_frame_equal(pd.DataFrame(layer[columns]), pd.DataFrame(expected[columns]), check_dtype=False)
    assert all(a.equals(b) for a, b in zip(layer.geometry, expected.geometry, strict=True))
