"""The numbers of a made-up record: which values each city has, with intervals, absences and restricted ones."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.observation import DIMENSIONS

__all__ = ["CITIES", "GROUPS", "NUMBERS", "PERIODS", "Keys", "keys_of", "made_up_specs", "plain", "spellings",
           "values_of"]

CITIES, INDICATORS = 13_000, 100
PERIODS = tuple(str(year) for year in range(2013, 2021))
TOTAL = dict.fromkeys(DIMENSIONS, "_T")
GROUPS = (TOTAL, TOTAL | {"sex": "F"}, TOTAL | {"sex": "M"}, TOTAL | {"age": "Y0T14"}, TOTAL | {"age": "Y_GE65"})
SPLIT_INDICATORS, SPLIT_PERIODS = 10, 2  # how many indicators are given for groups of people, in the last periods
UNITS = ("PT", "PT", "NUMBER", "PS_KM2", "KM2")
ABSENT, RESTRICTED, WITH_INTERVAL = 0.05, 0.02, 0.8
NUMBERS = ("obs_value", "numerator", "denominator", "se", "lci", "uci")
METHOD = MethodEdition("Nobody", "Made-up method for a test of load", "1")
# Syllables of made-up names in Latin, Arabic, Chinese and Russian letters.
SYLLABLES = (("ka", "كا", "卡", "ка"), ("lo", "لو", "洛", "ло"), ("mi", "مي", "米", "ми"), ("ra", "را", "拉", "ра"),
             ("to", "تو", "托", "то"), ("na", "نا", "纳", "на"), ("si", "سي", "西", "си"), ("bu", "بو", "布", "бу"),
             ("da", "دا", "达", "да"), ("fe", "في", "费", "фе"), ("ho", "هو", "霍", "хо"), ("ju", "جو", "朱", "джу"),
             ("wa", "وا", "瓦", "ва"), ("ya", "يا", "亚", "я"), ("zu", "زو", "祖", "зу"), ("sha", "شا", "沙", "ша"))


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """What a city may have a value of: measure, period and group, each by its place in the lists, in rising order.

    Parameters
    ----------
    measure, period, group : numpy.ndarray
        One entry a key.
    """

    measure: npt.NDArray[np.int64]
    period: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]


def made_up_specs() -> list[IndicatorSpec]:
    """Describe the indicators; each says that it is made up."""
    made = []
    for i in range(INDICATORS):
        unit = UNITS[i % len(UNITS)]
        base = "made-up people inside the boundary" if unit == "PT" else ""
        series = SeriesSpec("value", f"Made-up quantity {i + 1}", unit, base, direction=(i % 3) - 1, headline=True)
        made.append(IndicatorSpec(f"made_up_{i + 1:03d}", "", f"Made-up indicator {i + 1} (a test of load)",
                                  "How does the site behave under load?", "Nothing: its values are made by a program.",
                                  METHOD, (series,), dimensions=("sex", "age") if i < SPLIT_INDICATORS else ()))
    return made


def plain(spec: IndicatorSpec) -> dict[str, Any]:
    """Give a specification as the record keeps it."""
    values = asdict(spec)
    values.pop("_by_code")
    return values


def keys_of() -> Keys:
    """List all keys: everybody in every period, and groups of people of some indicators in the last periods."""
    found = [(m, p, g) for m in range(INDICATORS) for p in range(len(PERIODS)) for g in range(len(GROUPS))
             if g == 0 or (m < SPLIT_INDICATORS and p >= len(PERIODS) - SPLIT_PERIODS)]
    measure, period, group = (np.array(column, dtype=np.int64) for column in zip(*found, strict=True))
    return Keys(measure, period, group)


def values_of(keys: Keys, counts: npt.NDArray[np.int64], rng: np.random.Generator) -> pa.Table:
    """Make the values of some cities.

    Parameters
    ----------
    keys : Keys
        What a city may have.
    counts : numpy.ndarray
        How many values each city has.
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    pyarrow.Table
        ``city`` (its place in ``counts``), ``measure``, ``period``, ``group`` (places in the lists), and the numbers
        and words of observations, in the order of cities and keys.
    """
    city, key = _chosen(len(keys.measure), counts, rng)
    measure, period, group = keys.measure[key], keys.period[key], keys.group[key]
    count = len(city)
    percent = np.isin(measure % len(UNITS), (0, 1))
    people = np.round(np.exp(rng.normal(12, 1, len(counts))))[city]
    level = np.clip(50 + 15 * rng.standard_normal(len(counts))[city] + 8 * np.sin(measure) + period
                    + rng.normal(0, 3, count), 0.5, 99.5)
    numerator = np.round(people * level / 100)
    value = np.where(percent, 100 * numerator / people, np.round(level * (1 + measure), 3))
    error = np.where(rng.random(count) < WITH_INTERVAL, np.round(1 + level / 50, 4), np.nan)
    absent = rng.random(count) < ABSENT
    numbers = {"obs_value": value, "numerator": np.where(percent, numerator, np.nan),
               "denominator": np.where(percent, people, np.nan), "se": error,
               "lci": np.maximum(value - 2 * error, 0),
               "uci": np.where(percent, np.minimum(value + 2 * error, 100), value + 2 * error)}
    columns = {name: pa.array(np.where(absent, np.nan, array), from_pandas=True) for name, array in numbers.items()}
    secret = (rng.random(count) < RESTRICTED) & ~absent
    words = {"uncertainty": np.where(absent | np.isnan(error), "not-stated", "bounds"),
             "obs_status": np.where(absent, "O", "A"), "conf_status": np.where(secret, "C", "F"),
             "reason": np.where(absent, "no-streets", "")}
    return pa.table({"city": city, "measure": measure, "period": period, "group": group, **columns,
                     **{name: pa.array(array.tolist()) for name, array in words.items()}, "restricted": secret})


def _chosen(keys: int, counts: npt.NDArray[np.int64], rng: np.random.Generator,
            ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Choose as many keys for each city as it has values."""
    rank = rng.random((len(counts), keys)).argsort(axis=1).argsort(axis=1)
    city, key = np.nonzero(rank < counts[:, None])
    return city, key


def spellings(i: int) -> tuple[str, str, str, str]:
    """Give the made-up name of a city in Latin, Arabic, Chinese and Russian letters; each city has another."""
    chosen = [SYLLABLES[(i // len(SYLLABLES) ** step) % len(SYLLABLES)] for step in range(4)]
    latin, arabic, chinese, russian = ("".join(part) for part in zip(*chosen, strict=True))
    return latin.capitalize(), arabic, chinese, russian.capitalize()

