"""Small packages for tests of the site: a city with two neighbourhoods, made by hand, no rasters."""

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from ekistics.core.crs import WGS84
from ekistics.core.observation import observations, result_rows, share_rows
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run, digest_bytes
from ekistics.indicators.registry import specs
from ekistics.package import Layer, ProfilePackage

CREATED = "2026-11-20T10:00:00Z"


def small_package(code: str = "GHA-AVA", *, name: str = "Avalon", access: float = 58.0, density: float = 5200.0,
                  year: str = "2020", seed: int = 1, layers: bool = True, conf_status: str = "F",
                  at: tuple[float, float] = (-0.2, 5.6), country: str = "GHA", edition: str = "",
                  neighbourhoods: int = 2) -> ProfilePackage:
    """Make a package of a city.

    Parameters
    ----------
    code, name, country : str
        The city.
    access, density : float
        Its share of people near public transport, percent, and people per km2.
    year : str
        Time of the values.
    seed : int
        Another one is another run.
    layers : bool
        Whether it has a boundary and neighbourhoods as layers.
    conf_status : str
        Confidentiality of the access values.
    at : tuple of float
        Longitude and latitude of its south-west corner.
    edition : str
        Label of the edition.
    neighbourhoods : int
        How many.

    Returns
    -------
    ProfilePackage
        The package.
    """
    city = Place(code, name, "city", country)
    parts = tuple(Place(f"{code}:N{i + 1}", f"{name} {word}", "neighbourhood", country, code)
                  for i, word in zip(range(neighbourhoods), ("North", "South", "East", "West"), strict=False))
    areas = pd.Index([code, *(p.code for p in parts)], name="ref_area")
    inputs = (Provenance("people.tif", digest_bytes(f"people {seed}".encode()), role="population",
                         producer="A survey office", citation="People of 2020", licence="CC-BY-4.0",
                         accessed="2026-11-01", time_period=year),)
    run = Run(inputs, {"threshold_m": 500, "seed": seed}, {"sdg_11_2_1": "2024"}, "0.1.0+test")
    known = {spec.code: spec for spec in specs()}
    people = pd.Series([10_000.0, *([6_000.0, 4_000.0, 3_000.0, 1_000.0][:len(parts)])], areas)
    step = pd.Series([0.0, *([8.0, -12.0, 5.0, -3.0][:len(parts)])], areas)
    near = (access + step).clip(0, 100)
    rows = [observations(share_rows(people * (near + gain).clip(0, 100) / 100, people, series="either",
                                    variant=variant, time_period=year, lci=(near + gain - 3).clip(0, 100),
                                    uci=(near + gain + 3).clip(0, 100), se=1.5, uncertainty="bounds"),
                         known["sdg_11_2_1"], run=run.id)
            for variant, gain in (("network", 0.0), ("straight_line", 6.0))]
    rows[0] = rows[0].assign(conf_status=conf_status)
    dense = observations(result_rows(pd.Series(density, areas) + step * 10, series="density",
                                     variant=known["population_density"].variants[0].code
                                     if known["population_density"].variants else "", time_period=year,
                                     numerator=people, denominator=people / (density + step * 10)),
                         known["population_density"], run=run.id)
    air = observations(result_rows(pd.Series(float("nan"), areas), series=known["sdg_11_6_2"].series[0].code,
                                   reason="no-air"), known["sdg_11_6_2"], run=run.id)
    west, south = at
    whole = shapely.box(west, south, west + 0.2, south + 0.1)
    halves = [shapely.box(west + i * 0.2 / max(len(parts), 1), south, west + (i + 1) * 0.2 / max(len(parts), 1),
                          south + 0.1) for i in range(len(parts))]
    drawn: tuple[Any, ...] = ()
    if layers:
        drawn = (_areas("boundary", "City boundary", [city], [whole]),
                 *((_areas("neighbourhoods", "Neighbourhoods", list(parts), halves),) if parts else ()))
    return ProfilePackage(city, (city, *parts), run, pd.concat([*rows, dense, air], ignore_index=True), drawn,
                          created=CREATED, edition=edition, indicators=(known["sdg_11_2_1"],
                                                                        known["population_density"],
                                                                        known["sdg_11_6_2"]))


def _areas(code: str, title: str, places: list[Place], shapes: list[Any]) -> Layer:
    frame = gpd.GeoDataFrame({"ref_area": [p.code for p in places], "name": [p.name for p in places],
                              "kind": [p.kind for p in places]}, geometry=shapes, crs=WGS84)
    return Layer(code, title, frame)
