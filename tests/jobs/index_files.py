"""Small files of an index, and packages of cities, for tests."""

import json

import pandas as pd

from ekistics.core.observation import observations, result_rows
from ekistics.core.place import Place
from ekistics.core.provenance import Run
from ekistics.indicators import spec
from ekistics.package import ProfilePackage, write_package

MINE = """\
code = "mine"
title = "My index"

[scenario]
standardise = { method = "goalposts" }
aggregate = { method = ["arithmetic", "geometric"], whole = true }

[[variant]]
code = "plain"
title = "Plain mean of what is known"
aggregate = { method = "arithmetic", minimum_share = 0.5 }

[[group]]
code = "total"
title = "My index"

[[group]]
code = "services"
title = "Services"
parent = "total"

[[group]]
code = "land"
title = "Land"
parent = "total"

[[item]]
code = "water"
title = "Homes with water"
parent = "services"
unit = "% of homes"
form = { kind = "direct" }

[[item]]
code = "light"
title = "Homes with light"
parent = "services"
unit = "% of homes"
form = { kind = "direct" }

[[item]]
code = "density"
title = "Population density"
parent = "land"
unit = "people per km2"
form = { kind = "target", target = 15000 }
status = "doubtful"
note = "Nobody knows whether denser is better."
filled_by = [{ indicator = "population_density", series = "density", variant = "urban_extent" }]
"""
CITIES = """\
code,name,country,time_period,water,water.se,light,density
XMU-A,Aville,XMU,2024,80,2,70,9000
XMU-B,Bville,XMU,2024,60,3,90,12000
XMU-C,Cville,XMU,2024,,,50,7000
"""


def write_files(folder, *, index=MINE, cities=CITIES):
    (folder / "mine.toml").write_text(index, encoding="utf-8")
    (folder / "cities.csv").write_text(cities, encoding="utf-8")
    return folder / "mine.toml", folder / "cities.csv"


def write_profile(folder, code, values, *, series="density", variant="urban_extent", indicator="population_density"):
    """Write a package of a city with values of one indicator by time."""
    place, described, run = Place(code, code.title(), "city", "XMU"), spec(indicator), Run((), {}, {}, "0")
    rows = pd.concat([result_rows(pd.Series([value], [code]), series=series, variant=variant, time_period=period,
                                  reason="" if value == value else "no-population")  # noqa: PLR0124 - NaN
                      for period, value in values.items()])
    write_package(ProfilePackage(place, (place,), run, observations(rows, described, run=run.id), (),
                                 created="2026-01-01T00:00:00Z", indicators=(described,)), folder / code)
    return folder / code


def results_of(folder):
    found = json.loads((folder / "results.json").read_bytes())
    return {unit["code"]: unit for unit in found["units"]}, found
