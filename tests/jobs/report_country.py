"""A made-up country of 200 cities in two rounds: its sample, its national packages, and texts of people."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ekistics.jobs.national import national
from ekistics.jobs.sample_cities import commit_seed, draw_sample

CITIES, SEED = 200, 20261127
BEGIN = ("Ash", "Brine", "Cald", "Dun", "East", "Fern", "Grey", "Holl", "Iron", "Kest")
END = ("combe", "well", "bay", "marrow", "quay", "holt", "haven", "ford", "mouth", "gate", "stead", "wick", "fell",
       "moor", "cross", "dale", "port", "ridge", "vale", "worth")
REGIONS = ("Coast", "Hills", "Plain")
SAMPLE = """
[sample]
title = "National sample of cities of Merrow"
country = "XMU"
size = 40
method = "cube"
allocation = "neyman"
minimum = 8
balancing = ["population"]

[frame]
path = "cities.csv"
definition = "Urban centres of the Degree of Urbanisation"
time_period = "2025"
producer = "Office of statistics of Merrow (made-up)"
keep = ["region"]

[strata]
size_classes = [50000, 150000]
take_all = 500000
"""
NATIONAL = """
[country]
name = "Merrow (made-up)"
code = "XMU"
edition = "{year}-11-27"

[sample]
path = "sample"

[observations]
path = "observations_{year}.csv"
producer = "Office of statistics of Merrow (made-up)"
citation = "Cities of Merrow {year}, made-up data"

[[indicator]]
code = "sdg_11_2_1"
above = 50.0

[[indicator]]
code = "sdg_11_7_1"
series = "open_and_street_share"
variant = "urban_extent"

[[indicator]]
code = "sdg_11_7_1"
series = "access"
variant = "network"

[estimation]
nonresponse = "reweight"
by = ["region"]

[[not_applicable]]
slot = 12
reason = "The country has no manufacturing that its statistics could count."
by = "Office of statistics"
day = "2026-11-20"
"""
TEXTS = """
[[narrative]]
country = "XMU"
section = "1.1.1"
language = "en"
author = "Ministry of Cities"
state = "published"
day = "2026-11-20"
text = '''
Between 2019 and 2025 the programme for neighbourhoods opened 143 small parks, 38 % of them in the poorest districts.

Two cities have not begun.
'''

[[narrative]]
country = "XMU"
section = "1.1.1"
language = "fr"
author = "Ministère des Villes"
state = "published"
day = "2026-11-20"
text = "De 2019 à 2025, le programme a ouvert 143 petits parcs, dont 38 % dans les quartiers les plus pauvres."

[[narrative]]
country = "XMU"
section = "1.1.1"
language = "ar"
author = "وزارة المدن"
state = "published"
day = "2026-11-20"
text = "بين عامي 2019 و2025 افتتح البرنامج 143 حديقة صغيرة، منها 38% في أفقر الأحياء."

[[narrative]]
country = "XMU"
section = "2.1.1"
language = "en"
author = "Association of municipalities"
state = "under_review"
day = "2026-11-24"
text = "A law of 2024 gives cities a share of the tax on land; 17 of them have set up an office for it."
"""
HEADS = ("indicator", "series", "variant", "ref_area", "time_period", "obs_value", "numerator", "denominator")


@dataclass(frozen=True)
class Country:
    """Where everything is."""

    folder: Path
    package: Path
    earlier: Path
    cities: Path
    texts: Path


def make_country(folder: Path) -> Country:
    """Make frame, sample, two rounds of observations, two national packages and the texts."""
    rng = np.random.default_rng(SEED)
    people = np.exp(rng.normal(np.log(70_000), 1.1, CITIES)).round()
    region = rng.integers(0, 3, CITIES)
    with (folder / "cities.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("code", "name", "region", "population", "longitude", "latitude"))
        writer.writerows((f"XMU-{i:03d}", BEGIN[i % 10] + END[i // 10], REGIONS[region[i]], f"{people[i]:.0f}",
                          f"{2 + 4 * rng.uniform():.3f}", f"{-24 + 3 * rng.uniform():.3f}") for i in range(CITIES))
    (folder / "sample.toml").write_text(SAMPLE)
    commit_seed(folder / "sample.toml", folder / "sample", seed="a seed of the tests")
    draw_sample(folder / "sample.toml", folder / "sample")
    odds = 0.5 * np.log(people / 70_000) + np.array([0.5, 0.0, -0.4])[region] + rng.normal(0, 0.5, CITIES)
    for year, gain in (("2022", -0.5), ("2026", 0.0)):
        _observe(folder / f"observations_{year}.csv", year, people, odds + gain, silent=(7,) if year == "2026" else ())
        (folder / f"national_{year}.toml").write_text(NATIONAL.format(year=year))
        national(folder / f"national_{year}.toml", folder / f"country-{year}")
    (folder / "texts.toml").write_text(TEXTS, encoding="utf-8")
    return Country(folder, folder / "country-2026", folder / "country-2022", folder / "observations_2026.csv",
                   folder / "texts.toml")


def _observe(path: Path, year: str, people: np.ndarray, odds: np.ndarray, *, silent: tuple[int, ...]) -> None:
    """Write what each city reports; every seventh of the silent list reports nothing of open space."""
    served = (people / (1 + np.exp(-odds))).round()
    near = (people / (1 + np.exp(-odds + 0.3))).round()
    land = (people * 110).round()
    open_land = (land * (0.12 + 0.1 / (1 + np.exp(-odds)))).round()
    rows = []
    for i in range(len(people)):
        code = f"XMU-{i:03d}"
        made = [("sdg_11_2_1", "either", "network", served[i], people[i])]
        if not (silent and i % silent[0] == 0):
            made += [("sdg_11_7_1", "open_and_street_share", "urban_extent", open_land[i], land[i]),
                     ("sdg_11_7_1", "access", "network", near[i], people[i])]
        rows += [(indicator, series, variant, code, year, repr(float(100 * above / below)), f"{above:.0f}",
                  f"{below:.0f}") for indicator, series, variant, above, below in made]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([HEADS, *rows])
