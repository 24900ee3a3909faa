"""Made-up cities with values for an index whose items have benchmarks, and the scores that they truly have.

Each city has a level in each group of items; its true values are those that score it, turned back through the forms.
What is written is measured: a true value with an error of known size, and holes. So what an index says can be held
against what is true.
"""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from ekistics.composite import Data, Form, build
from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _
from ekistics.instruments.indices import IndexDefinition
from ekistics.jobs.index.checks import scales
from ekistics.package.staging import replaced_folder

__all__ = ["FILES", "SampleIndex", "make_sample_index"]

Floats = npt.NDArray[np.float64]
FILES = ("cities.csv", "truth.csv")
COUNTRY = "XMU"  # one of the codes that ISO 3166 leaves to users; made-up places lie in it
_FIRST = ("Ash", "Brine", "Cal", "Dun", "East", "Fern", "Grey", "Holl", "Iron", "Juni", "Kes", "Lark", "Moss", "North",
          "Old", "Pen", "Quar", "Red", "Salt", "Thorn", "Under", "Venn", "West", "Yar")
_LAST = ("combe", "well", "bay", "marrow", "quay", "holt", "haven", "ford", "point", "mouth", "gate", "mere", "strand",
         "nick", "hill", "sands", "marsh", "by", "lea", "port")
_SPREAD = (0.5, 0.6, 0.6)  # of levels on the logit scale: of a city, its groups, its items
_ERROR = 0.03  # standard error of a value, as a share of it


@dataclass(frozen=True, slots=True)
class SampleIndex:
    """What was made.

    Parameters
    ----------
    folder : pathlib.Path
        Where.
    seed, cities, holes : int
        Its seed, how many cities, and how many of them lack a value.
    """

    folder: Path
    seed: int
    cities: int
    holes: int


def make_sample_index(index: IndexDefinition, folder: Path, *, cities: int = 1000, seed: int = 1,
                      with_holes: float = 0.1) -> SampleIndex:
    """Make the table of made-up cities, and the table of their true scores; all of it or nothing.

    Parameters
    ----------
    index : IndexDefinition
        The index; each of its items needs a form.
    folder : pathlib.Path
        Where; made cities that are there already are replaced, anything else refused.
    cities : int, default 1000
        How many.
    seed : int, default 1
        The same seed gives the same cities.
    with_holes : float, default 0.1
        Share of the cities that lack some values.

    Returns
    -------
    SampleIndex
        What was made.

    Raises
    ------
    ConfigurationError
        An item has no form, there are fewer than two cities, or the folder holds something else.
    """
    forms = index.forms()
    bare = [item.code for item in index.items if item.code not in forms]
    if bare:
        raise ConfigurationError(_("Values can be made up only for items with benchmarks."), where=index.code,
                                 got=", ".join(bare[:5]))
    if cities < 2:  # noqa: PLR2004 - one city has no rank
        raise ConfigurationError(_("An index needs at least two cities."), param="cities", got=cities)
    random = np.random.default_rng(seed)
    true = np.column_stack([_raw(forms[item.code], shares) for item, shares in
                            zip(index.items, _shares(index, cities, random).T, strict=True)])
    measured, errors = _measured(true, [forms[item.code] for item in index.items], random)
    for column, low, high in scales(index):  # no survey finds more than all
        measured[:, column] = np.clip(measured[:, column], low, high)
    holes = random.random(cities) < with_holes
    lost = holes[:, None] & (random.random(true.shape) < 0.1)  # noqa: PLR2004 - a tenth of the values of such a city
    measured[lost] = np.nan
    codes, names = [f"{COUNTRY}-C{i:04d}" for i in range(1, cities + 1)], _names(cities)
    scores = build(Data(true, index.structure(), codes), index.scenario_of())
    with replaced_folder(Path(folder), may_replace=_require_sample) as staging:
        (staging / FILES[0]).write_bytes(_cities_csv(index, codes, names, measured, errors))
        (staging / FILES[1]).write_bytes(_csv([["code", "score", "rank"], *(
            [code, repr(float(score)), str(int(place))] for code, score, place in
            zip(codes, scores.total, scores.ranks, strict=True))]))
    return SampleIndex(Path(folder), seed, cities, int(lost.any(axis=1).sum()))


def _shares(index: IndexDefinition, cities: int, random: np.random.Generator) -> Floats:
    """Give each city and item a true share of the full score: a level of the city, its group and the item itself."""
    of_city, of_group, of_item = _SPREAD
    level = 0.3 + of_city * random.standard_normal((cities, 1))
    parents = {code: random.standard_normal(cities) for code in dict.fromkeys(item.parent for item in index.items)}
    groups = np.column_stack([parents[item.parent] for item in index.items])
    own = random.standard_normal(groups.shape)
    return np.asarray(expit(level + of_group * groups + of_item * own), dtype=np.float64)


def _raw(form: Form, shares: Floats) -> Floats:
    """Turn shares of the full score back into values, by the form."""
    shares = 1 - shares if form.inverse else shares
    if form.kind in ("direct", "checklist"):
        return np.rint(form.points * shares) if form.points else 100 * shares
    if form.target is not None:
        return form.target * (2 - shares if form.side == "below" else shares)
    low, high = float(form.low or 0.0), float(form.high or 0.0)
    if form.kind == "log":
        return np.exp(np.log(low) + shares * (np.log(high) - np.log(low)))
    if form.kind == "root":
        k = int(form.k or 1)
        ends = (low, high) if form.rooted else (low ** (1 / k), high ** (1 / k))
        return (ends[0] + shares * (ends[1] - ends[0])) ** k
    return low + shares * (high - low)


def _measured(true: Floats, forms: list[Form], random: np.random.Generator) -> tuple[Floats, Floats]:
    """Measure true values: with an error in proportion, but counted points are known."""
    counted = np.array([form.kind == "checklist" for form in forms])
    errors = np.where(counted, np.nan, _ERROR * np.abs(true))
    noise = np.clip(random.standard_normal(true.shape), -3, 3)
    return true + np.where(counted, 0.0, errors * noise), errors


def _names(cities: int) -> list[str]:
    """Name cities, each name once."""
    plain = [f"{first}{last}" for last in _LAST for first in _FIRST]
    return [f"{plain[i % len(plain)]}{'' if i < len(plain) else f' {i // len(plain) + 1}'}" for i in range(cities)]


def _cities_csv(index: IndexDefinition, codes: list[str], names: list[str], values: Floats, errors: Floats) -> bytes:
    items = [item.code for item in index.items]
    head = ["code", "name", "country", "time_period", *(f"{code}{end}" for code in items for end in ("", ".se"))]
    rows = ([code, f"{name} (made-up)", COUNTRY, "2024",
             *(text for pair in zip(known, off, strict=True) for text in _texts(*pair))]
            for code, name, known, off in zip(codes, names, values.tolist(), errors.tolist(), strict=True))
    return _csv([head, *rows])


def _texts(value: float, error: float) -> tuple[str, str]:
    """Write a value and its error; of a value that is missing neither."""
    return ("", "") if np.isnan(value) else (f"{value:.6g}", "" if np.isnan(error) else f"{error:.3g}")


def _csv(rows: list[list[str]]) -> bytes:
    stream = StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _require_sample(place: Path) -> None:
    found = {path.name for path in place.iterdir()} if place.is_dir() else {place.name}
    if not place.is_dir() or (found and not found <= set(FILES)):
        raise ConfigurationError(_("The folder holds something that is not a sample of cities for an index."),
                                 where=place, got=", ".join(sorted(found - set(FILES))[:3]) or None,
                                 hint=_("Choose another folder, or empty this one first."))
