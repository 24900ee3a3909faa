"""All households and people of the made-up city, and the sample of them that a survey would have drawn."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["AREAS", "DIFFICULTIES", "FLOOR", "ROOF", "TENURE", "TOILET", "WALL", "WATER", "Census", "census", "draw"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Random = np.random.Generator


@dataclass(frozen=True)
class _Area:
    """A neighbourhood: code, enumeration areas, how poor it is (0 to 1), and how many households were displaced."""

    code: str
    enumeration_areas: int
    poverty: float
    displaced: float


AREAS = (_Area("N01", 46, 0.32, 0.06), _Area("N02", 38, 0.22, 0.03), _Area("N03", 61, 0.45, 0.17),
         _Area("N04", 44, 0.40, 0.10), _Area("N05", 58, 0.82, 0.34), _Area("N06", 35, 0.12, 0.01),
         _Area("N07", 52, 0.36, 0.08), _Area("N08", 30, 0.08, 0.01), _Area("N09", 47, 0.55, 0.15),
         _Area("N10", 33, 0.18, 0.03), _Area("N11", 55, 0.74, 0.29))
HOUSEHOLDS = (70, 131)  # households of an enumeration area: from, and up to without
DRAWN_AREAS, DRAWN_HOUSEHOLDS = 7, 16  # enumeration areas of a neighbourhood, and households of each of them
WATER = ("piped_dwelling", "piped_yard", "piped_neighbour", "standpipe", "borehole", "well_protected",
         "well_unprotected", "rainwater", "tanker", "bottled", "river")
TOILET = ("flush_sewer", "flush_septic", "flush_pit", "flush_open", "pit_ventilated", "pit_slab", "pit_open", "bucket",
          "none")
WALL = ("cement_block", "brick", "stone_lime", "wood_planks", "metal_sheet", "mud", "cardboard")
ROOF = ("concrete", "tiles", "metal_sheet", "thatch", "plastic")
FLOOR = ("tiles", "cement", "wood_planks", "earth")
DIFFICULTIES = ("seeing", "hearing", "walking", "remembering", "selfcare", "communicating")
TENURE = ("owns", "rents", "free", "occupies")
# Each row is a ladder from the best to the worst: limits of the standing of a household below which it has that one.
STANDING = {
    "water_source": (WATER, (0.05, 0.75, 1.0, 1.35, 1.6, 1.8, 2.0, 2.1, 2.45, 2.5)),
    "toilet": (TOILET, (-0.55, 0.45, 0.95, 1.05, 1.45, 2.05, 2.55, 2.75)),
    "wall": (WALL, (0.35, 1.0, 1.3, 1.75, 2.35, 2.8)),
    "roof": (ROOF, (-0.4, 0.4, 2.3, 2.8)),
    "floor": (FLOOR, (-0.3, 1.7, 1.95)),
}


@dataclass(frozen=True, eq=False)
class Census:
    """Everybody, before anybody was asked.

    Parameters
    ----------
    households : pandas.DataFrame
        One row a household, answers as the form words them.
    persons : pandas.DataFrame
        One row a person.
    """

    households: pd.DataFrame
    persons: pd.DataFrame


def census(seed: int, *, worse: float = 0.0) -> Census:
    """Make all households of the made-up city up.

    Parameters
    ----------
    seed : int
        The same seed gives the same people.
    worse : float
        How much worse off everybody is: that of an earlier year.

    Returns
    -------
    Census
        Households and persons, nothing missing.
    """
    random = np.random.default_rng(seed)
    frame = _frame(random)
    frame["standing"] = (1.9 * frame.pop("poverty") + frame.pop("ground") + random.normal(0, 0.55, len(frame))
                         + 0.45 * frame["displaced"] + worse)
    for column, (words, limits) in STANDING.items():
        own = frame["standing"].to_numpy() + random.normal(0, 0.35, len(frame))
        frame[column] = np.array(words, dtype=object)[np.searchsorted(limits, own)]
    frame["members"] = 1 + random.poisson(np.clip(2.0 + 0.9 * frame["standing"], 0.6, 5.0))
    rooms = np.rint(3.4 - 0.9 * frame["standing"] + random.normal(0, 0.7, len(frame)))
    frame["rooms"] = np.maximum(1, rooms).astype(int)
    households = _circumstances(frame, random)
    return Census(households.drop(columns="standing"), _persons(households, random))


def _frame(random: Random) -> pd.DataFrame:
    """Lay out neighbourhoods, their enumeration areas and the households of each."""
    areas = pd.DataFrame([(a.code, number + 1, a.poverty, a.displaced)
                          for a in AREAS for number in range(a.enumeration_areas)],
                         columns=["area", "enumeration_area", "poverty", "displaced"])
    areas["ground"] = random.normal(0, 0.25, len(areas))
    areas["households_listed"] = random.integers(*HOUSEHOLDS, len(areas))
    frame = areas.loc[areas.index.repeat(areas["households_listed"])].reset_index(drop=True)
    frame["displaced"] = random.random(len(frame)) < frame["displaced"]
    frame["household"] = (frame["area"] + "-" + frame["enumeration_area"].astype(str).str.zfill(3) + "-"
                          + (frame.groupby(["area", "enumeration_area"]).cumcount() + 1).astype(str).str.zfill(3))
    return frame


def _circumstances(frame: pd.DataFrame, random: Random) -> pd.DataFrame:
    """Add sharing, time to water, tenure, income, housing cost and a place to wash hands."""
    poor, chance = frame["standing"].to_numpy(), random.random((6, len(frame)))
    away = ~frame["water_source"].isin(("piped_dwelling", "piped_yard", "rainwater"))
    minutes = np.where(away, np.rint(random.gamma(2.0, 7.0 + 4.0 * np.clip(poor, 0, 3))), 0)
    shared = (chance[0] < 0.08 + 0.16 * np.clip(poor, 0, 3)) & (frame["toilet"] != "none")
    tenure = np.select([chance[1] < 0.52 - 0.10 * poor, chance[1] < 0.86 - 0.10 * poor,
                        chance[1] < 0.92 - 0.08 * poor], TENURE[:3], TENURE[3])
    paper = (tenure != "occupies") & (chance[2] < 0.93 - 0.20 * np.clip(poor, 0, 3))
    income = np.rint(np.exp(7.3 - 0.38 * poor + random.normal(0, 0.45, len(frame))) / 10) * 10
    cost = np.rint(income * np.clip(random.normal(0.24 + 0.02 * poor, 0.09), 0.03, 0.8) / 5) * 5
    return frame.assign(
        water_minutes=minutes.astype(int), toilet_shared=np.where(shared, "yes", "no"),
        toilet_households=np.where(shared, 2 + random.poisson(1.1, len(frame)), 1),
        tenure=tenure, tenure_document=np.where(paper, "yes", "no"),
        fears_eviction=np.where(chance[3] < 0.06 + 0.16 * np.clip(poor, 0, 3) - 0.05 * paper, "yes", "no"),
        hazard=np.where(chance[4] < 0.03 + 0.07 * np.clip(poor, 0, 3), "floods", "none"), income=income,
        housing_cost=np.where(tenure == "rents", cost, np.where(tenure == "owns", np.rint(cost / 3), 0.0)),
        handwashing=np.select([chance[5] < 0.88 - 0.20 * poor, chance[5] < 1.02 - 0.15 * poor],
                              ["soap_and_water", "water_only"], "no_place"),
        displacement=np.where(frame.pop("displaced"), "displaced", "host"))


def _persons(households: pd.DataFrame, random: Random) -> pd.DataFrame:
    """Make the members of each household up: the head first."""
    rows = households.loc[households.index.repeat(households["members"]), ["household"]].reset_index(drop=True)
    line = rows.groupby("household").cumcount().to_numpy() + 1
    head = line == 1
    woman = random.random(len(rows)) < np.where(head, 0.31, 0.515)
    age = np.where(head, np.clip(random.normal(44, 13, len(rows)), 18, 90),
                   np.clip(random.gamma(1.35, 16.0, len(rows)), 0, 92)).astype(int)
    rows = rows.assign(person=line, relation=np.where(head, "head", "other"), sex=np.where(woman, "female", "male"),
                       age=age)
    hard = 1 / (1 + np.exp(-(age - 88) / 11))
    for item in DIFFICULTIES:
        much = random.random(len(rows)) < hard * (0.55 if item in ("seeing", "walking") else 0.25) + 0.004
        some = random.random(len(rows)) < hard + 0.03
        rows[item] = np.where(age < 5, "", np.select([much, some], ["a_lot", "some"], "none"))
    return rows


def draw(people: Census, seed: int) -> Census:
    """Draw the sample of two stages, with equal chances at each, and lose some answers as real surveys do.

    Parameters
    ----------
    people : Census
        Everybody.
    seed : int
        The same seed gives the same sample.

    Returns
    -------
    Census
        The households asked, with ``areas_listed``, ``households_listed`` and ``weight``, and their people; an answer
        that was refused or not known is ``refused`` or ``dont_know`` (of a number: empty).
    """
    random = np.random.default_rng(seed)
    every = people.households
    areas = every.drop_duplicates(["area", "enumeration_area"]).groupby("area")["enumeration_area"]
    chosen = pd.concat([pd.DataFrame({"area": code, "areas_listed": len(numbers),
                                      "enumeration_area": random.choice(numbers, DRAWN_AREAS, replace=False)})
                        for code, numbers in areas])
    held = every.merge(chosen, on=["area", "enumeration_area"], how="inner")
    order = held.assign(_lot=random.random(len(held))).groupby(["area", "enumeration_area"])["_lot"].rank()
    sample = held[order <= DRAWN_HOUSEHOLDS].reset_index(drop=True)
    sample["weight"] = (sample["areas_listed"] / DRAWN_AREAS * sample["households_listed"] / DRAWN_HOUSEHOLDS).round(6)
    persons = people.persons[people.persons["household"].isin(sample["household"])].reset_index(drop=True)
    return Census(_with_gaps(sample, random), persons)


def _with_gaps(sample: pd.DataFrame, random: Random) -> pd.DataFrame:
    """Lose answers: some incomes are refused, and some do not know."""
    lost = {"income": 0.03, "housing_cost": 0.015, "tenure_document": 0.03, "fears_eviction": 0.04, "wall": 0.005,
            "water_source": 0.004, "toilet": 0.006}
    gone = {name: random.random(len(sample)) < share for name, share in lost.items()}
    numbers = {name: sample[name].mask(gone[name]) for name in ("income", "housing_cost")}
    words = {name: sample[name].mask(where, "dont_know") for name, where in gone.items() if name not in numbers}
    return sample.assign(**numbers, **words)
