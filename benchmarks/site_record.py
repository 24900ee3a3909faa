"""Make a large made-up record straight in the tables of a database: ``python -m benchmarks.site_record --size 200000``.

The settings of the site name the database (``EKISTICS_HOME`` for SQLite, ``EKISTICS_DATABASE`` for PostgreSQL), which
must be new. The same size and seed give the same record. Publishing packages would take hours; nothing of what is
measured looks at the way in which the rows came.
"""

import argparse
import io
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.csv
import shapely

from benchmarks.site_values import CITIES, GROUPS, PERIODS, keys_of, made_up_specs, plain, spellings, values_of
from ekistics.core import m49
from ekistics.core.crs import WGS84
from ekistics.core.provenance import Provenance, Run, digest_bytes, digest_values
from ekistics.package import Layer as NewLayer
from ekistics.web.chunks import parts

if TYPE_CHECKING:
    from ekistics.web.places.models import Place

FACTS = "facts.json"
DAY = datetime(2026, 11, 20, 10, tzinfo=UTC)
A_CITY = 10_000_000 / CITIES  # observations; a small record has fewer cities
AT_ONCE = 500  # cities
LAYERED = 20  # cities with a layer on their map
Spread = dict[tuple[int, int], list["np.ndarray[Any, Any]"]]


def make(size: int, *, seed: int = 1) -> dict[str, float]:
    """Make a record in the database of the settings.

    Parameters
    ----------
    size : int
        Observations.
    seed : int
        Another one gives another record.

    Returns
    -------
    dict of str to float
        Counts, and the seconds that it took.
    """
    from ekistics.web.work.start import prepare

    begin = time.perf_counter()
    prepare()
    cities = max(round(size / A_CITY), 1)
    with quick_writing():
        places = write_places(cities, seed)
        editions = write_editions(places, seed)
        write_observations(size, places, editions, seed)
        write_facts(places, write_layers(places[:LAYERED], editions))
    return {"observations": size, "cities": cities, "seconds": round(time.perf_counter() - begin, 1)}


@contextmanager
def quick_writing() -> Iterator[None]:
    """Write without journal, checks and indexes, which come back at the end; nobody else uses the database."""
    from django.db import connection

    from ekistics.web.observatory.models import Observation
    from ekistics.web.observatory.publishing import COUNTED

    lite, indexes = connection.vendor == "sqlite", Observation._meta.indexes
    run("PRAGMA foreign_keys=OFF; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF" if lite
        else "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
    # The unique index of SQLite is part of its table; rows come in its order, so that it only grows at its end.
    once = () if lite else tuple(Observation._meta.constraints)
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(Observation, index)
        for constraint in once:
            editor.remove_constraint(Observation, constraint)
    yield
    with connection.schema_editor() as editor:
        for constraint in once:
            editor.add_constraint(Observation, constraint)
        for index in indexes:
            editor.add_index(Observation, index)
    run(f"PRAGMA analysis_limit={COUNTED}; ANALYZE; PRAGMA journal_mode=WAL" if lite else
        "SET session_replication_role = origin; VACUUM ANALYZE; CHECKPOINT")
    connection.close()


def run(statements: str) -> None:
    """Run statements, each in a transaction of its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements.split("; "):
            cursor.execute(statement)


def write_places(count: int, seed: int) -> "list[Place]":
    """Put cities in all countries, with names, words, points and boundaries."""
    from ekistics.web.places.models import Boundary, Place, PlaceName
    from ekistics.web.places.tree import index_names

    rng = np.random.default_rng(seed)
    known = {area.iso_alpha3 for area in m49.areas() if area.iso_alpha3}
    countries = list(Place.objects.filter(kind="country", code__in=known).order_by("code"))
    made = [new_place(i, countries[i % len(countries)], rng) for i in range(count)]
    Place.objects.bulk_create(made, batch_size=40)
    names = [PlaceName(place=place, language=language, name=name, source="made up")
             for i, place in enumerate(made)
             for language, name in zip(("en", "ar", "zh", "ru"), spellings(i), strict=True)]
    PlaceName.objects.bulk_create(names, batch_size=100)
    Boundary.objects.bulk_create((boundary_of(place) for place in made), batch_size=60)
    for part in parts(made):
        index_names(part)
    return made


def new_place(i: int, country: "Place", rng: np.random.Generator) -> "Place":
    """Make a city at a place of its own."""
    from ekistics.web.places.models import Place

    code = f"{country.code}-M{i + 1:05d}"
    x, y = float(np.round(rng.uniform(-170, 170), 4)), float(np.round(rng.uniform(-50, 65), 4))
    half = float(np.round(rng.uniform(0.02, 0.2), 4))
    return Place(code=code, kind="city", country=country.code, parent=country, path=f"{country.path}{code}/",
                 name=spellings(i)[0], longitude=x, latitude=y, west=x - half, south=y - half, east=x + half,
                 north=y + half, listed=True)


def boundary_of(place: "Place") -> Any:
    """Draw a ring of 24 corners round the point of a city."""
    from ekistics.web.places.models import Boundary

    shape = shapely.Point(place.longitude, place.latitude).buffer((place.east - place.west) / 2, quad_segs=6)
    wkb = shapely.to_wkb(shapely.normalize(shape))
    area = shape.area * 111.32 ** 2 * float(np.cos(np.radians(place.latitude)))
    return Boundary(place=place, number=1, valid_from=date(2020, 1, 1), wkb=wkb, west=place.west, south=place.south,
                    east=place.east, north=place.north, area_km2=area, source="made up", licence="CC0-1.0",
                    digest=digest_bytes(wkb))


def write_editions(places: "list[Place]", seed: int) -> list[int]:
    """Give each city a dataset with one released edition, and the catalogue its indicators."""
    from ekistics.web.observatory.models import Dataset, Edition

    flags = [{"code": "made-up", "title": "Share of values that are made up", "value": 100.0, "unit_measure": "PT",
              "status": "bad", "note": "A program made them to test load.", "indicators": [], "numerator": 1.0,
              "denominator": 1.0, "base": "values"}]
    datasets = [Dataset(code=f"profile:{place.code}", kind="profile", title=place.name, place=place,
                        licence="CC0-1.0", publisher="made up") for place in places]
    Dataset.objects.bulk_create(datasets, batch_size=80)
    made = []
    for dataset in datasets:
        run_made = Run((Provenance("made-up.csv", digest_bytes(dataset.code.encode()), role="population",
                                   producer="made up", licence="CC0-1.0"),), {"seed": seed}, {}, "0")
        made.append(Edition(
            dataset=dataset, place=dataset.place, number=1, run=run_made.id, whole=True, state="published",
            content_digest=digest_values(dataset.code), made_at=DAY, released_at=DAY, checks=flags,
            run_record=run_made.as_dict(), code_version="0", observation_count=round(A_CITY)))
    Edition.objects.bulk_create(made, batch_size=40)
    return [edition.pk for edition in made]


def write_layers(places: "list[Place]", editions: Sequence[int]) -> list[str]:
    """Give some cities their boundary as a layer, and give the addresses of its tiles."""
    from django.conf import settings

    from ekistics.web.observatory.layers import draw_layer, layer_row
    from ekistics.web.observatory.models import Edition, Layer

    made = []
    for place, edition in zip(places, editions, strict=False):
        shape = shapely.from_wkb(place.boundaries.get().wkb)
        frame = gpd.GeoDataFrame({"ref_area": [place.code], "name": [place.name], "kind": ["city"]}, geometry=[shape],
                                 crs=WGS84)
        layer = NewLayer("boundary", "City boundary", frame)
        folder = f"packages/{place.code}/made-up"
        (Path(settings.MEDIA_ROOT) / folder / "map").mkdir(parents=True, exist_ok=True)
        draw_layer(layer, Path(settings.MEDIA_ROOT) / folder / "map", shape)
        Edition.objects.filter(pk=edition).update(folder=folder)
        Layer.objects.create(edition_id=edition, **layer_row(layer))
        made.append(f"/layers/{edition}/boundary.pmtiles")
    return made


def write_facts(places: "list[Place]", layers: list[str]) -> None:
    """Write what addresses are made of beside the record, for the process that asks for them."""
    from django.conf import settings

    (settings.HOME / FACTS).write_text(json.dumps({
        "cities": [place.code for place in places], "layers": layers,
        "names": [spellings(i) for i in range(min(len(places), 2000))]}, ensure_ascii=False), encoding="utf-8")


def write_measures() -> tuple[list[int], list[int], list[int]]:
    """Write indicators, measures, periods and groups, and give the keys of the last three."""
    from ekistics.web.observatory.models import Group, Indicator, Measure, Period

    measures = []
    for i, spec in enumerate(made_up_specs()):
        values = plain(spec)
        held = Indicator.objects.create(code=spec.code, title=spec.title, position=i, specification=values,
                                        stamp=digest_values(values)[:16])
        series = spec.series[0]
        measures.append(Measure.objects.create(indicator=held, series=series.code, unit_measure=series.unit_measure,
                                               base=series.base, method=str(spec.method)).pk)
    periods = [Period.objects.create(text=text, start=date(int(text), 1, 1), end=date(int(text), 12, 31)).pk
               for text in PERIODS]
    groups = [Group.objects.create(**group, total=i == 0).pk for i, group in enumerate(GROUPS)]
    return measures, periods, groups


def write_observations(size: int, places: "list[Place]", editions: Sequence[int], seed: int) -> None:
    """Write the values city by city, and what is counted of them."""
    measures, periods, groups = (np.array(keys) for keys in write_measures())
    rng, keys = np.random.default_rng([seed, 1]), keys_of()
    counts = np.full(len(places), size // len(places))
    counts[:size - counts.sum()] += 1
    owners, editions_of = np.array([place.pk for place in places]), np.array(editions)
    counted: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    spread: Spread = defaultdict(list)
    first = 1
    for start in range(0, len(places), AT_ONCE):
        table = values_of(keys, counts[start:start + AT_ONCE], rng)
        count_up(table, counted, spread)
        city = table["city"].to_numpy() + start
        ids = {"id": np.arange(first, first + len(city)), "edition_id": editions_of[city],
               "measure_id": measures[table["measure"].to_numpy()], "place_id": owners[city],
               "period_id": periods[table["period"].to_numpy()], "group_id": groups[table["group"].to_numpy()]}
        rest = {name: table[name] for name in table.column_names[4:]}
        insert("observatory_observation", pa.table({**ids, **rest, "current": np.ones(len(city), dtype=bool)}))
        first += len(city)
    write_coverage(counted, spread, measures, periods)
    from django.db import connection

    if connection.vendor == "postgresql":
        run(f"SELECT setval(pg_get_serial_sequence('observatory_observation', 'id'), {first})")


def count_up(table: pa.Table, counted: dict[tuple[int, int], list[int]], spread: Spread) -> None:
    """Count public rows and values, and keep the public values of whole cities, by measure and period."""
    measure, period = table["measure"].to_numpy(), table["period"].to_numpy()
    free, known = ~table["restricted"].to_numpy(), table["obs_value"].is_valid().to_numpy()
    whole, value = table["group"].to_numpy() == 0, table["obs_value"].to_numpy()
    code = measure * len(PERIODS) + period
    for pair in np.unique(code):
        key, rows = divmod(int(pair), len(PERIODS)), (code == pair) & free
        counted[key][0] += int(rows.sum())
        counted[key][1] += int((rows & known).sum())
        spread[key].append(value[rows & known & whole])


def write_coverage(counted: dict[tuple[int, int], list[int]], spread: Spread, measures: Sequence[int],
                   periods: Sequence[int]) -> None:
    """Write what pages show without counting."""
    from ekistics.web.observatory.models import Coverage
    from ekistics.web.observatory.quantiles import quantiles

    rows = []
    for (m, p), (count, values) in sorted(counted.items()):
        ranked = np.sort(np.concatenate(spread[m, p])).tolist()
        rows.append(Coverage(measure_id=measures[m], period_id=periods[p], rows=count, values=values,
                             cities=len(ranked), quantiles=quantiles(ranked) if len(ranked) > 1 else []))
    Coverage.objects.bulk_create(rows, batch_size=100)


def insert(table: str, rows: pa.Table) -> None:
    """Write rows in the quickest way that each database has."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            stream = io.BytesIO()
            pyarrow.csv.write_csv(rows, stream, pyarrow.csv.WriteOptions(include_header=False))
            names = ", ".join(f'"{name}"' for name in rows.column_names)
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(stream.getbuffer())
        else:
            marks = ", ".join("?" * rows.num_columns)
            names = ", ".join(rows.column_names)
            values: Iterable[tuple[Any, ...]] = zip(*(rows[name].to_pylist() for name in rows.column_names),
                                                    strict=True)
            connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608


def main() -> int:
    """Make it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", action="store_true", help="the record is there: bring its tables up to date only")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekistics.web.settings")
    django.setup()
    print(json.dumps(brought_up_to_date() if given.kept else make(given.size, seed=given.seed)))
    return 0


def brought_up_to_date() -> dict[str, float]:
    """Migrate a record that was kept, as a site does when it starts."""
    from ekistics.web.work.start import prepare

    begin = time.perf_counter()
    prepare()
    return {"seconds": round(time.perf_counter() - begin, 1)}


if __name__ == "__main__":
    sys.exit(main())
