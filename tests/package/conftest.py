"""A small package with every kind of part: vectors of three kinds, float and class rasters, missing values."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

from ekistics.core.crs import MOLLWEIDE
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import observations, result_rows, share_rows
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run
from ekistics.core.quality import QualityFlag
from ekistics.core.raster import Grid, Raster
from ekistics.package import Layer, ProfilePackage

SPEC = IndicatorSpec(
    "access", "11.2.1", "Access", "Who is near a stop?", "People near a stop, of all people.",
    MethodEdition("UN", "Metadata", "2021"),
    (SeriesSpec("share", "Share", "PT", "people living inside the boundary", 1, 0, 100, headline=True),
     SeriesSpec("people", "People", "PS", lower=0, aggregation="sum")),
    (Variant("network", "along streets"), Variant("straight", "as the crow flies", "shorter")))
PROVENANCE = Provenance("pop.tif", "ab" * 32, "population", "Survey", "https://example.org", "CC BY 4.0", "2026",
                        "2020")


def make_table(run: str) -> pd.DataFrame:
    near = pd.Series([1.0, 0.1, np.nan], ["X", "X-1", "X-2"])
    all_people = pd.Series([3.0, 0.7, 5.0], near.index)
    shares = share_rows(near, all_people, series="share", variant="network", time_period="2020", reason="no-streets")
    people = result_rows(near, series="people", variant="network", time_period="2020", reason="no-streets")
    people.loc["X", ["se", "lci", "uci"]] = [0.1, 0.8, 1.2]
    return observations(pd.concat([shares, people]), SPEC, run=run)


def make_layers() -> tuple[Layer, ...]:
    rng = np.random.default_rng(5)
    starts = rng.uniform(0, 0.2, (400, 2)) + [-37.0, 35.0]
    streets = gpd.GeoDataFrame({"highway": np.resize(["residential", "primary"], 400), "osm_id": np.arange(400)},
                               geometry=shapely.linestrings(np.stack([starts, starts + 0.002], 1)), crs=4326)
    hexagons = gpd.GeoDataFrame({"code": [f"h{i}" for i in range(30)], "distance": [*rng.random(29), np.nan]},
                                geometry=shapely.buffer(shapely.points(starts[:30]), 0.003, quad_segs=2), crs=4326)
    nothing = gpd.GeoDataFrame({"name": pd.Series([], dtype=object)}, geometry=[], crs=4326)
    grid = Grid(MOLLWEIDE, Affine(100, 0, -3_300_000, 0, -100, 4_300_000), 300, 280)
    people = rng.gamma(0.5, 40, grid.shape).astype(np.float32)
    people[:20, :30] = np.nan
    classes = rng.choice([10, 11, 12, 13, 21, 30], grid.shape)
    return (Layer("degree_of_urbanisation", "Degree of Urbanisation", raster=Raster(classes, grid, "NUMBER", "2020")),
            Layer("population", "People", raster=Raster(people, grid, "PS", "2020", PROVENANCE), value="people",
                  unit_measure="PS", note="People in a cell"),
            Layer("streets", "Streets", frame=streets, value="highway"),
            Layer("people", "People and stops", frame=hexagons, value="distance", unit_measure="M"),
            Layer("stops", "Stops", frame=nothing))


@pytest.fixture(scope="session")
def layers() -> tuple[Layer, ...]:
    return make_layers()


@pytest.fixture(scope="session")
def package(layers) -> ProfilePackage:
    return make_package(layers)


@pytest.fixture
def small(package) -> ProfilePackage:
    return replace(package, layers=(package.layers[3],))


def make_package(layers: tuple[Layer, ...] = (), **changes: object) -> ProfilePackage:
    run = Run((PROVENANCE,), {"distance": 500, "levels": (1, 2), "crs": MOLLWEIDE.name}, {"access": "2021"}, "0.1.0")
    city = Place("X", "Ĝardeno \"X\"", "city", "XMU")
    places = (city, *(Place(f"X-{i}", f"Quarter {i}", "neighbourhood", "XMU", "X") for i in (1, 2)))
    flags = (QualityFlag("age", "Age", 3.0, "Y", "good", "note", ("access",)),
             QualityFlag("far", "Far", None, "PT", "info", "no streets", base="people"))
    values = {"place": city, "places": places, "run": run, "observations": make_table(run.id), "layers": layers,
              "checks": flags, "certificates": ({"indicator": "access", "cases": 3, "passed": 3, "source": "UN"},),
              "created": "2026-11-21T00:00:00Z", "edition": "2026-11-21", "indicators": (SPEC,)}
    return ProfilePackage(**{**values, **changes})
