"""A whole census of which the truth is known: what samples drawn from it say, and how often they are right."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ekistics.indicators import drinking_water, living_space, sanitation, sdg_11_1_1
from ekistics.readers.microdata import read_mapping, read_microdata, standardise
from ekistics.survey.design import Design, Stage
from ekistics.survey.estimates import ratio
from ekistics.survey.freedom import DEGREES_OF_FREEDOM
from ekistics.survey.intervals import interval

FOLDER = "wb-synthetic-census-sample/"
MAPPING = Path(__file__).with_name("wb_synthetic.toml")
STATUSES = ((sdg_11_1_1, "slum", "asked"), (sdg_11_1_1, "without_water", "known"),
            (sdg_11_1_1, "without_sanitation", "known"), (living_space, "crowded", "habitable"),
            (drinking_water, "improved_water", "known"), (drinking_water, "unimproved_water", "known"),
            (drinking_water, "surface_water", "known"), (sanitation, "improved_sanitation", "known"),
            (sanitation, "unimproved_sanitation", "known"), (sanitation, "open_defecation", "known"))
EAS, HOUSEHOLDS = 5, 25
COMMON = (0.05, 0.95)


def households(path: Path) -> pd.DataFrame:
    """Read households in standard variables, with their weights where the file has any."""
    survey = read_microdata(path)
    frame = standardise(read_mapping(MAPPING), survey, level="household").frame
    return frame.assign(weight=survey.frame["hhweight"]) if "hhweight" in survey.frame else frame


def truths(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Classify every household: a column a status."""
    tables = {module: module.classify(frame) for module in dict.fromkeys(each[0] for each in STATUSES)}
    return {key: tables[module][key][reading].to_numpy() for module, key, reading in STATUSES}


def shares(frame: pd.DataFrame) -> dict[str, float]:
    """Give the true share of households and of people of each status."""
    found = {}
    for key, truth in truths(frame).items():
        for unit, count in (("households", np.ones(len(frame))), ("people", frame["members"].to_numpy())):
            found[f"{key}_{unit}"] = float((truth * count).sum() / count.sum())
    return found


@dataclass(frozen=True, eq=False)
class Census:
    """The census as arrays, with the rows of each enumeration area."""

    members: np.ndarray
    truths: dict[str, np.ndarray]
    rows: list[np.ndarray]
    strata: list[np.ndarray]  # enumeration areas of each stratum

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Census":
        """Arrange a frame."""
        ea, names = pd.factorize(frame["psu"], sort=True)
        rows = [np.flatnonzero(ea == i) for i in range(len(names))]
        stratum = pd.factorize(frame["stratum"].to_numpy()[[each[0] for each in rows]], sort=True)[0]
        return cls(frame["members"].to_numpy(), truths(frame), rows,
                   [np.flatnonzero(stratum == h) for h in range(stratum.max() + 1)])

    def draw(self, rng: np.random.Generator, *, by_size: bool) -> tuple[np.ndarray, Design]:
        """Draw enumeration areas in each stratum, and households in each of them, with their design."""
        chosen, weight, ids, strata, count, size = [], [], [], [], [], []
        for h, areas in enumerate(self.strata):
            sizes = np.array([len(self.rows[a]) for a in areas], dtype=float)
            picked = systematic(sizes, EAS, rng) if by_size else rng.choice(len(areas), EAS, replace=False)
            for a in areas[picked]:
                there = self.rows[a]
                pi = EAS * len(there) / sizes.sum() if by_size else EAS / len(areas)
                chosen.append(rng.choice(there, HOUSEHOLDS, replace=False))
                weight.append(len(there) / HOUSEHOLDS / pi)
                ids.append(a)
                strata.append(h)
                count.append(len(areas))
                size.append(len(there))
        wide = [np.repeat(np.array(each), HOUSEHOLDS) for each in (weight, ids, strata, count, size)]
        rows = np.concatenate(chosen)
        first = Stage(wide[1], wide[2], None if by_size else wide[3].astype(float))
        stages = (first,) if by_size else (first, Stage(np.arange(len(rows)), None, wide[4].astype(float)))
        return rows, Design.staged(wide[0], stages)


def systematic(sizes: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw systematically with probability proportional to size, in random order."""
    order = rng.permutation(len(sizes))
    ends = np.cumsum(sizes[order]) / sizes.sum() * n
    return order[np.searchsorted(ends, rng.uniform() + np.arange(n), side="right")]


def coverage(census: Census, true: dict[str, float], *, draws: int, by_size: bool = False,
             seed: int = 20261126) -> dict[str, dict[str, float]]:
    """Give how often the interval of each share covers its true value, by how degrees of freedom are counted.

    Both are of the same draws: the intervals differ in nothing but the quantile of Student's t.
    """
    rng, hits = np.random.default_rng(seed), {rule: dict.fromkeys(true, 0) for rule in DEGREES_OF_FREEDOM}
    for _draw in range(draws):
        rows, design = census.draw(rng, by_size=by_size)
        for unit, count in (("households", np.ones(len(rows))), ("people", census.members[rows])):
            for key, truth in census.truths.items():
                found = ratio(design, truth[rows] * count, count, interval="logit", degrees_of_freedom="satterthwaite")
                by_units = interval(found.value, found.se, df=found.df, n=found.n.astype(float), kind="logit",
                                    confidence=0.95)
                for rule, (low, high) in (("units", by_units[:2]), ("satterthwaite", (found.lci, found.uci))):
                    hits[rule][f"{key}_{unit}"] += int(low[0] <= true[f"{key}_{unit}"] <= high[0])
    return {rule: {name: hit / draws for name, hit in each.items()} for rule, each in hits.items()}


def sample_estimates(frame: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Estimate from the sample as it was drawn: areas with probability proportional to size, taken with replacement."""
    design = Design.of(frame["weight"], strata=pd.factorize(frame["stratum"])[0], psu=pd.factorize(frame["psu"])[0])
    found = {}
    for key, truth in truths(frame).items():
        for unit, count in (("households", np.ones(len(frame))), ("people", frame["members"].to_numpy())):
            made = ratio(design, truth * count, count, interval="logit", degrees_of_freedom="satterthwaite")
            found[f"{key}_{unit}"] = (float(made.value[0]), float(made.lci[0]), float(made.uci[0]))
    return found


