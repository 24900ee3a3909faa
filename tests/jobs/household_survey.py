"""A small made-up survey: two districts, households and people, and words that must not leave."""

from pathlib import Path

import numpy as np
import pandas as pd

MARK = "Marigold"  # in ids, in a column that is not mapped and in an answer: it must be found in no output

MAPPING = """
title = "Made-up survey"

[household.household_id]
variable = "hh"

[household.area]
variable = "district"

[household.stratum]
variable = "district"

[household.psu]
variable = "block"

[household.weight]
variable = "wt"

[household.members]
variable = "size"

[household.head_sex]
variable = "headsex"
codes = {1 = "M", 2 = "F"}

[household.displacement_status]
variable = "moved"
codes = {0 = "ND", 1 = "IDP", 2 = "REF"}
missing = ["8"]

[household.tenure]
variable = "ten"
codes = {1 = "OWN", 2 = "RENT"}

[household.rooms]
variable = "rooms"

[household.water_source]
variable = "water"
codes = {1 = "piped_yard", 2 = "borehole", 3 = "surface"}
missing = ["9"]

[household.water_minutes]
variable = "minutes"
missing = ["998"]

[household.sanitation_facility]
variable = "toilet"
codes = {1 = "flush_sewer", 2 = "pit_slab", 3 = "pit_open", 4 = "none"}

[household.sanitation_shared]
variable = "shared"
codes = {1 = "yes", 0 = "no"}

[household.housing_cost]
variable = "rent"

[household.income]
variable = "income"

[person.person_id]
variable = ["hh", "line"]
join = true

[person.person_household_id]
variable = "hh"

[person.sex]
variable = "sex"
codes = {1 = "M", 2 = "F"}

[person.age]
variable = "age"
"""
SURVEY = """
[survey]
code = "XXX-HS-2024"
title = "Household survey of Testholm 2024"
time_period = "2024"
producer = "Office of Testholm"
licence = "CC BY 4.0"
population = "Households of Testholm."

[place]
name = "Testholm (made-up)"
code = "XTH"
country = "XXX"

[files]
household = "households.csv"
person = "people.csv"

[mapping]
file = "mapping.toml"

[vault]
purpose = "Housing by district"
consent = "informed consent"
retention_until = "2099-12-31"

[weight]
statement = "Inverse probability of selection."

[design]
psu = "block"

[response]
selected = 420
eligible = 410

[estimate]
groups = ["sex", "age", "displacement_status", "tenure"]

[[areas]]
value = "north"
code = "XTH-N"
name = "North"

[[areas]]
value = "south"
code = "XTH-S"
name = "South"

[[rounds]]
code = "XXX-HS-2019"
time_period = "2019"
comparable = true
"""


def frames(n: int = 400, seed: int = 5) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make households and people."""
    rng = np.random.default_rng(seed)
    district = np.repeat(["north", "south"], n // 2)
    size = rng.integers(1, 8, n)
    homes = pd.DataFrame({
        "hh": [f"{MARK}-{i}" for i in range(n)], "district": district, "block": np.arange(n) // 10,
        "wt": np.where(district == "north", 12.5, 30), "size": size, "headsex": rng.integers(1, 3, n),
        "moved": rng.choice([0, 0, 0, 1, 2, 8], n), "ten": rng.integers(1, 3, n), "rooms": rng.integers(1, 4, n),
        "water": rng.choice([1, 1, 2, 2, 3], n), "minutes": rng.choice([0, 10, 45, 998], n, p=[0.5, 0.3, 0.19, 0.01]),
        "toilet": rng.choice([1, 2, 2, 3, 4], n), "shared": rng.choice([0, 0, 0, 0], n),
        "rent": rng.integers(0, 60, n), "income": rng.integers(80, 200, n), "name": [f"{MARK} {i}" for i in range(n)]})
    homes.loc[:2, "water"] = 9
    line = np.concatenate([np.arange(1, each + 1) for each in size])
    people = pd.DataFrame({"hh": np.repeat(homes["hh"], size).to_numpy(), "line": line,
                           "sex": rng.integers(1, 3, len(line)), "age": rng.integers(0, 90, len(line)),
                           "nickname": MARK})
    return homes, people


def write(folder: Path, homes: pd.DataFrame, people: pd.DataFrame, *, survey: str = SURVEY,
          mapping: str = MAPPING) -> Path:
    """Write the survey's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    homes.to_csv(folder / "households.csv", index=False)
    people.to_csv(folder / "people.csv", index=False)
    (folder / "survey.toml").write_text(survey)
    (folder / "mapping.toml").write_text(mapping)
    return folder
