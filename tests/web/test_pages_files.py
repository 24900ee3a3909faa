"""Files of the map: the list of layers, parts of files, and who may have them."""

import pytest
from django.test import Client

from ekistics.web.observatory.models import Edition
from ekistics.web.ranges import wanted_range

pytestmark = pytest.mark.django_db


@pytest.fixture
def tiles(publish) -> str:
    """Publish a city and give the address of its boundary's tiles."""
    publish()
    return f"/layers/{Edition.objects.get().pk}/boundary.pmtiles"


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_list_of_layers_has_what_the_script_reads(tiles) -> None:
    made = Client().get("/layers/city/GHA-AVA/manifest.json?lang=ar").json()
    assert made["bounds"] == pytest.approx([-0.2, 5.6, 0.0, 5.7])
    layer = next(one for one in made["layers"] if one["code"] == "boundary")
    assert (layer["kind"], layer["url"], layer["source_layer"], layer["shape"], layer["value"]) == (
        "pmtiles", tiles, "boundary", "outline", "c")
    assert set(layer["classes"][0]) == {"title", "day", "night", "mark"}
    english = Client().get("/layers/city/GHA-AVA/manifest.json?lang=en").json()["layers"]
    assert [one["code"] for one in english] == [one["code"] for one in made["layers"]]


def test_each_neighbourhood_bears_its_name_once_and_the_city_none(tiles) -> None:
    layers = {one["code"]: one for one in Client().get("/layers/city/GHA-AVA/manifest.json?lang=en").json()["layers"]}
    assert layers["boundary"]["labels"] == []
    assert layers["neighbourhoods"]["labels"] == [["Avalon North", -0.15, 5.65], ["Avalon South", -0.05, 5.65]]
    assert "labels" not in next((one for code, one in layers.items() if code not in ("boundary", "neighbourhoods")), {})


def test_a_file_comes_whole_or_in_one_part(tiles) -> None:
    client = Client()
    whole = client.get(tiles)
    data = body(whole)
    assert data[:7] == b"PMTiles" and whole["Accept-Ranges"] == "bytes"
    part = client.get(tiles, headers={"Range": "bytes=0-126"})
    assert part.status_code == 206 and body(part) == data[:127]
    assert part["Content-Range"] == f"bytes 0-126/{len(data)}" and part["Content-Length"] == "127"
    tail = client.get(tiles, headers={"Range": "bytes=-10"})
    assert tail.status_code == 206 and body(tail) == data[-10:]
    beyond = client.get(tiles, headers={"Range": f"bytes={len(data)}-"})
    assert beyond.status_code == 416 and beyond["Content-Range"] == f"bytes */{len(data)}"
    assert client.get(tiles, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    other = client.get(tiles, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert other.status_code == 200 and body(other) == data
    several = client.get(tiles, headers={"Range": "bytes=0-1,4-5"})
    assert several.status_code == 200 and body(several) == data


@pytest.mark.parametrize("name", ["../../../ekistics.sqlite3", "boundary.parquet", "nothing.pmtiles",
                                  "boundary-day.png", "..%2Fpackage%2Fdatapackage.json", "boundary.json"])
def test_only_files_of_the_map_are_served(tiles, name) -> None:
    assert Client().get(tiles.replace("boundary.pmtiles", name)).status_code == 404


@pytest.mark.parametrize(("header", "part"), [
    ("bytes=0-0", (0, 0)), ("bytes=5-2", None), ("bytes=-2000", (0, 999)), ("items=0-1", None), ("", None),
    ("bytes=-", None)])
def test_ranges_are_read_as_the_standard_says(header, part) -> None:
    assert wanted_range(header, 1000) == part


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=-0"])
def test_ranges_outside_the_file_are_refused(header) -> None:
    with pytest.raises(ValueError, match="bytes"):
        wanted_range(header, 1000)
