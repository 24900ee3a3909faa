"""Make the made-up survey in a folder: two rounds as exports of Kobo, the form, and what the program is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

import pandas as pd

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _
from ekistics.jobs.sample_survey.form import HOUSEHOLD_COLUMNS, PERSON_COLUMNS, write_form
from ekistics.jobs.sample_survey.people import Census, census, draw
from ekistics.package.staging import replaced_folder

__all__ = ["CITY", "FILES", "ROUNDS", "SampleSurvey", "make_sample_survey"]

CITY = "XMU-MERROW"
ROUNDS: Mapping[int, float] = {2018: 0.14, 2023: 0.0}  # year -> how much worse off people were than in the last one
FILES = ("form.xlsx", "mapping.toml", *(f"survey_{year}.toml" for year in ROUNDS),
         *(f"{level}_{year}.csv" for level in ("households", "people") for year in ROUNDS))
_DRAWN = 7  # what the seed of the people is moved by to draw the sample: both rounds ask in the same places


@dataclass(frozen=True)
class SampleSurvey:
    """What was made.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is.
    seed : int
        Its seed.
    households : mapping of int to int
        Households asked in each year.
    """

    folder: Path
    seed: int
    households: Mapping[int, int]


def make_sample_survey(folder: Path, *, seed: int = 1) -> SampleSurvey:
    """Make two rounds of a household survey of the made-up city, all of it or nothing.

    Parameters
    ----------
    folder : pathlib.Path
        Where; a sample survey that is there already is replaced, anything else refused.
    seed : int
        The same seed gives the same answers.

    Returns
    -------
    SampleSurvey
        What was made.

    Raises
    ------
    ConfigurationError
        The folder holds something that is not a sample survey.
    """
    asked = {}
    with replaced_folder(Path(folder), may_replace=_require_sample_survey) as staging:
        write_form(staging / "form.xlsx")
        (staging / "mapping.toml").write_text(_shipped("mapping.toml"), encoding="utf-8")
        told = Template(_shipped("survey.toml"))
        for year, worse in ROUNDS.items():
            other = next(each for each in ROUNDS if each != year)
            (staging / f"survey_{year}.toml").write_text(told.substitute(year=year, other=other), encoding="utf-8")
            sample = draw(census(seed, worse=worse), seed + _DRAWN)
            for level, frame in exports(sample).items():
                frame.to_csv(staging / f"{level}_{year}.csv", index=False, float_format="%.6f")
            asked[year] = len(sample.households)
    return SampleSurvey(Path(folder), seed, asked)


def _shipped(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def exports(sample: Census) -> dict[str, pd.DataFrame]:
    """Give the sample as the form's exports name it.

    Parameters
    ----------
    sample : Census
        Households and people asked.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``households`` and ``people``, their columns by group and question; numbers whole where they can be.
    """
    homes = sample.households.assign(area=CITY + ":" + sample.households["area"])
    homes[["income", "housing_cost"]] = homes[["income", "housing_cost"]].round().astype("Int64")
    return {"households": homes[list(HOUSEHOLD_COLUMNS)].rename(columns=HOUSEHOLD_COLUMNS),
            "people": sample.persons[list(PERSON_COLUMNS)].rename(columns=PERSON_COLUMNS)}


def _require_sample_survey(place: Path) -> None:
    """Refuse to replace a folder that holds anything but the files of a sample survey."""
    names = {path.name for path in place.iterdir()} if place.is_dir() else {place.name}
    if not place.is_dir() or (names and not (names <= set(FILES) and "mapping.toml" in names)):
        raise ConfigurationError(_("The folder holds something that is not the sample survey."), where=place,
                                 got=", ".join(sorted(names - set(FILES))[:3]) or None,
                                 hint=_("Choose another folder, or empty this one first."))
