"""From what is known of households and people to result rows: shares and ratios by area and group, with their errors.

Every indicator of people's records uses this one engine; the estimation itself is that of ``ekistics.survey``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import N_, _
from ekistics.core.indicator import SeriesSpec, Variant
from ekistics.core.observation import DIMENSIONS, NOT_STATED, RESULT_COLUMNS, result_rows
from ekistics.core.reasons import Reason
from ekistics.indicators._frames import by_area
from ekistics.indicators._truths import Truth, number, rules_of
from ekistics.survey.design import Design, Stage
from ekistics.survey.domains import Domains
from ekistics.survey.estimates import Estimates, ratio
from ekistics.survey.readings import UNCOUNTED, Weighing, readings

__all__ = ["EXTRA_COLUMNS", "KNOWN", "LEAST", "MOST", "Estimating", "Quotient", "Status", "classified", "estimated",
           "reading", "results", "share_series"]

EXTRA_COLUMNS = ("n", "n_psu", "n_numerator", "df", "deff", "unknown_share")
LEAST, MOST = "least", "most"
_AMOUNTS = ("se", "lci", "uci", "numerator", "denominator")
_Part = dict[str, npt.NDArray[Any]]
OF_PEOPLE = ("sex", "age", "disability")  # a household's own sex is that of its head, and says nothing of its people
_BASES = {"households": N_("households of which it is known"),
          "people": N_("people in households of which it is known")}
_WHOLE = N_("all households or people, also those of which it is not known")
_WHY = {LEAST: N_("What is not known is taken as no: the least that the share can be in this sample."),
        MOST: N_("What is not known is taken as yes: the most that the share can be in this sample.")}


@dataclass(frozen=True, slots=True)
class Estimating:
    """How estimates are made from a sample of households.

    Parameters
    ----------
    groups : tuple of tuple of str
        Dimensions to split by, one tuple a table: ``(("sex",), ("displacement_status", "sex"))``; the total of all is
        always given.
    lonely : str
        What is done with a stratum of one unit, as in :class:`ekistics.survey.design.Design`.
    interval : str
        Kind of the interval of shares.
    confidence : float
        Its confidence.
    degrees_of_freedom : {"units", "satterthwaite"}
        What intervals count, as in :func:`ekistics.survey.estimates.total`; a survey.toml asks for "satterthwaite".
    max_unknown_share : float
        Above this share of households of which the status is not known, only the bounds are given.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    lonely: str = "fail"
    interval: str = "logit"
    confidence: float = 0.95
    degrees_of_freedom: str = "units"
    max_unknown_share: float = 0.05

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", tuple(tuple(group) for group in self.groups))


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """What is known of every household in one reading of a series.

    Parameters
    ----------
    key : str
        The series without its unit: ``slum`` for ``slum_households`` and ``slum_people``.
    truth : numpy.ndarray, shape (n,)
        1, 0, or NaN where not known.
    variant : str
        The variant; empty where there is one reading only.
    reason : str
        Why the reading cannot be given at all.
    """

    key: str
    truth: Truth
    variant: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Quotient:
    """Two amounts of every household whose weighted totals are divided.

    Parameters
    ----------
    series : str
        The series.
    above, below : numpy.ndarray, shape (n,)
        What is divided, and by what; NaN where not known.
    scale : float
        100 for percentages.
    variant : str
        The variant.
    reason : str
        Why it cannot be given at all.
    """

    series: str
    above: npt.NDArray[np.float64]
    below: npt.NDArray[np.float64]
    scale: float = 1.0
    variant: str = ""
    reason: str = ""


def reading(code: str, title: str, least: str, most: str, *, why: str = "") -> tuple[Variant, Variant, Variant]:
    """Describe one reading of a classification and the bounds that the unknown leaves to it.

    Parameters
    ----------
    code : str
        Code of the reading.
    title, least, most : str
        Its name for people, and those of its bounds.
    why : str
        One line on why it differs from the default.

    Returns
    -------
    tuple of Variant
        The reading and its bounds.
    """
    return (Variant(code, title, why),
            Variant(_bound_code(code, LEAST), least, _WHY[LEAST], _WHOLE),
            Variant(_bound_code(code, MOST), most, _WHY[MOST], _WHOLE))


def _bound_code(code: str, bound: str) -> str:
    return bound if code == "known" else f"{code}:{bound}"


KNOWN = reading("known", N_("Of those of which it is known"), N_("At least"), N_("At most"))


def share_series(key: str, people: str, households: str, *, direction: int, headline: bool = False,
                 variants: tuple[Variant, ...] = KNOWN) -> tuple[SeriesSpec, SeriesSpec]:
    """Describe the shares of people and of households of one status.

    Parameters
    ----------
    key : str
        The status.
    people, households : str
        Titles of the two.
    direction : int
        1 when more is better, -1 when less is.
    headline : bool
        Whether the share of people is a headline.
    variants : tuple of Variant
        Its readings with their bounds.

    Returns
    -------
    tuple of SeriesSpec
        The series of people, and that of households.
    """
    codes = tuple(variant.code for variant in variants)
    made = [SeriesSpec(f"{key}_{unit}", title, "PT", base=_BASES[unit], direction=direction, lower=0.0, upper=100.0,
                       headline=headline and unit == "people", variants=codes)
            for unit, title in (("people", people), ("households", households))]
    return made[0], made[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The cells of one table: areas by codes of some dimensions."""

    number: npt.NDArray[np.intp]  # of each row's cell
    keys: pd.DataFrame  # ref_area and the codes of each cell
    domains: Domains

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, eq=False)
class _Base:
    """Households or people of a sample: their design, areas, groups, and how many each row counts for."""

    unit: str
    rows: pd.DataFrame  # indexed by ref_area, with the dimensions that are known of these rows
    count: npt.NDArray[np.float64]
    position: npt.NDArray[np.intp] | None  # of each row's household; None where the rows are the households
    design: Design
    _made: dict[tuple[str, ...], _Cells] = field(default_factory=dict)
    _paired: dict[int, tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = field(default_factory=dict)

    def spread(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give each row the value of its household."""
        return values if self.position is None else values[self.position]

    @cached_property
    def _coded(self) -> dict[str, tuple[npt.NDArray[np.intp], npt.NDArray[Any]]]:
        """Number and names of the areas and of each dimension's codes; what is not known is ``_U``."""
        found = {}
        for name, values in (("ref_area", self.rows.index), *self.rows.items()):
            number, uniques = pd.factorize(values, sort=True)  # type: ignore[call-overload]
            codes = np.append(np.asarray(uniques, dtype=object), "_U" if (number < 0).any() else [])
            found[str(name)] = (np.where(number < 0, len(codes) - 1, number), codes)
        return found

    def cells(self, group: tuple[str, ...]) -> _Cells:
        """Give the cells of a table; remembered by group."""
        if group not in self._made:
            names = ("ref_area", *group)
            parts = [self._coded[name] for name in names]
            shape = tuple(len(codes) for _number, codes in parts)
            flat = np.ravel_multi_index(tuple(number for number, _codes in parts), shape)
            there = np.flatnonzero(np.bincount(flat, minlength=int(np.prod(shape))))
            place = np.zeros(int(np.prod(shape)), dtype=np.intp)
            place[there] = np.arange(len(there))
            picked = np.unravel_index(there, shape)
            keys = pd.DataFrame({name: codes[at] for name, (_n, codes), at in zip(names, parts, picked, strict=True)})
            number = place[flat]
            self._made[group] = _Cells(number, keys, Domains.of(self.design, number, n_domains=len(keys)))
        return self._made[group]

    @cached_property
    def weighing(self) -> Weighing:
        """How much each row counts."""
        return Weighing(self.design, None if (self.count == 1).all() else self.count)

    def cases(self, cells: _Cells, state: npt.NDArray[np.int64], truth: Truth) -> npt.NDArray[np.int64]:
        """Count the households of each cell with the property, without it, and unknown: the cases, also of people."""
        if self.position is None:
            cell = cells.number
        else:
            cell, home = self._pairs(cells)
            state = np.where(np.isnan(truth), 2, np.where(truth == 1, 0, 1))[home]
        counts = np.bincount(cell * 4 + state, minlength=len(cells) * 4).reshape(-1, 4)
        return counts[:, :3].T

    def _pairs(self, cells: _Cells) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Give each pair of a cell and a household with people in it once; remembered."""
        assert self.position is not None  # noqa: S101 - the caller looked
        if id(cells) not in self._paired:
            size = int(self.position.max()) + 1
            pairs = np.unique(cells.number.astype(np.int64) * size + self.position)
            self._paired[id(cells)] = (pairs // size, pairs % size)
        return self._paired[id(cells)]

    def households(self, cells: _Cells, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Count the households with a chosen row in each cell: they are the cases, also of shares of people."""
        if self.position is None:
            return np.bincount(cells.number[chosen], minlength=len(cells))
        pairs = np.unique(cells.number[chosen].astype(np.int64) * (int(self.position.max()) + 1)
                          + self.position[chosen])
        return np.bincount(pairs // (int(self.position.max()) + 1), minlength=len(cells))


def classified(statuses: Iterable[Status], index: pd.Index) -> pd.DataFrame:
    """Lay what is known of each household out as a table.

    Parameters
    ----------
    statuses : iterable of Status
        What is known.
    index : pandas.Index, shape (n,)
        Index of the households.

    Returns
    -------
    pandas.DataFrame, shape (n, 3 * n_statuses)
        Columns of two levels, status and reading: 1, 0 or NaN; and ``<reading>:least`` and ``<reading>:most``, where
        what is not known is 0 and 1.
    """
    columns: dict[tuple[str, str], Truth] = {}
    for each in statuses:
        code = each.variant or "known"
        columns[each.key, code] = each.truth
        columns[each.key, _bound_code(code, LEAST)] = np.nan_to_num(each.truth, nan=0.0)
        columns[each.key, _bound_code(code, MOST)] = np.nan_to_num(each.truth, nan=1.0)
    return pd.DataFrame(columns, index=index)


def results(households: pd.DataFrame, persons: pd.DataFrame | None, statuses: Sequence[Status], *,
            quotients: Sequence[Quotient] = (), how: Any = None, time_period: str = "") -> pd.DataFrame:
    """Make the result rows of an indicator.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        As in :func:`estimated`.
    persons : pandas.DataFrame, optional
        As in :func:`estimated`.
    statuses : sequence of Status
        What is known of each household.
    quotients : sequence of Quotient
        Amounts to divide.
    how : Estimating or mapping, optional
        Groups and rules of estimation.
    time_period : str
        Period of the rows.

    Returns
    -------
    pandas.DataFrame
        Rows of :data:`~ekistics.core.observation.RESULT_COLUMNS`, indexed by ``ref_area``.
    """
    rows = estimated(households, persons, statuses, quotients=quotients, how=how, time_period=time_period)
    return rows[list(RESULT_COLUMNS)]


def estimated(households: pd.DataFrame, persons: pd.DataFrame | None, statuses: Sequence[Status], *,
              quotients: Sequence[Quotient] = (), how: Any = None, time_period: str = "") -> pd.DataFrame:
    """Estimate shares of households and of people, and quotients, by area and group.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        By ``ref_area``: ``weight``; ``stratum``, ``psu``, ``psu_count`` and ``household_count`` where known;
        ``members``; dimensions, where ``sex`` is that of the head.
    persons : pandas.DataFrame, optional
        By ``ref_area``: ``household_id`` and the dimensions of people. Without it, people are counted by ``members``.
    statuses : sequence of Status
        What is known of each household.
    quotients : sequence of Quotient
        Amounts to divide.
    how : Estimating or mapping, optional
        Groups and rules of estimation.
    time_period : str
        Period of the rows.

    Returns
    -------
    pandas.DataFrame
        Rows of :data:`~ekistics.core.observation.RESULT_COLUMNS` and :data:`EXTRA_COLUMNS`, indexed by ``ref_area``.
        Bounds stand in all cells where something is not known of anybody; where all is known in a cell, they are the
        value.
    """
    rules = rules_of(Estimating, how)
    households = by_area(households, ["weight"], where="households")
    persons = None if persons is None else by_area(persons, ["household_id"], where="persons")
    empty = pd.DataFrame(columns=[*RESULT_COLUMNS, *EXTRA_COLUMNS], index=pd.Index([], name="ref_area"))
    if households.empty:
        return empty
    bases = _bases(households, persons, rules)
    parts = [part for base in bases for status in statuses for part in _share_rows(base, status, rules)]
    parts += [part for quotient in quotients for part in _quotient_rows(bases[0], quotient, rules)]
    return _laid_out(parts, time_period) if parts else empty


def _bases(households: pd.DataFrame, persons: pd.DataFrame | None, rules: Estimating) -> tuple[_Base, _Base]:
    design = _design(households, None, rules)
    groups = [name for name in DIMENSIONS if name in households.columns]
    own = _Base("households", households[groups], np.ones(len(households)), None, design)
    if persons is None:
        shared = [name for name in groups if name not in OF_PEOPLE]
        return own, _Base("people", households[shared], number(households, "members"), None, design)
    position = _positions(households, persons)
    rows = persons[[name for name in DIMENSIONS if name in persons.columns]]
    inherited = {name: households[name].to_numpy(dtype=object)[position]
                 for name in groups if name not in OF_PEOPLE and name not in rows.columns}
    return own, _Base("people", rows.assign(**inherited), np.ones(len(rows)), position,
                      _design(households, position, rules))


def _positions(households: pd.DataFrame, persons: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Find the household of each person."""
    known = pd.Index(households["household_id"])
    if not known.is_unique:
        raise InvalidValueError(_("Two households have the same id."), where="households",
                                got=int(known.duplicated().sum()))
    position: npt.NDArray[np.intp] = known.get_indexer(pd.Index(persons["household_id"]))
    if (position < 0).any():
        raise InvalidValueError(_("Some people belong to no household of the table."), where="persons",
                                got=int((position < 0).sum()))
    return position


def _design(households: pd.DataFrame, position: npt.NDArray[np.intp] | None, rules: Estimating) -> Design:
    def column(name: str) -> npt.NDArray[Any] | None:
        if name not in households.columns:
            return None
        values = households[name].to_numpy()
        return values if position is None else values[position]

    def codes(name: str) -> npt.NDArray[np.int64] | None:
        values = column(name)
        found = None if values is None else pd.factorize(values)[0].astype(np.int64)
        if found is not None and (found < 0).any():
            raise InvalidValueError(_("{count} rows have no id.").format(count=int((found < 0).sum())), where=name)
        return found

    row = np.arange(len(households), dtype=np.int64) if position is None else position.astype(np.int64)
    psu, strata = codes("psu"), codes("stratum")
    first = Stage(row if psu is None else psu, strata, column("psu_count"))
    stages = [first]
    if psu is not None and column("household_count") is not None:
        stages.append(Stage(row, None, column("household_count")))
    weight = np.asarray(column("weight"), dtype=np.float64)
    return Design.staged(weight, tuple(stages), lonely=rules.lonely)


def _groups(base: _Base, rules: Estimating) -> Iterator[tuple[str, ...]]:
    yield ()
    yield from (group for group in rules.groups if all(name in base.rows.columns for name in group))


def _share_rows(base: _Base, status: Status, rules: Estimating) -> Iterator[_Part]:
    code, series = status.variant or "known", f"{status.key}_{base.unit}"
    if status.reason:  # said once an area, not of each group
        yield _absent(base, base.cells(()), series, code, status.reason)
        return
    state = base.weighing.state(base.spread(status.truth))
    # In all cells or in none: the row of a withheld cell would tell that somebody in it did not answer.
    gaps = bool(np.isnan(status.truth).any() or (state == UNCOUNTED).any())
    for group in _groups(base, rules):
        cells = base.cells(group)
        found = readings(base.weighing, state, cells.domains, interval=rules.interval, confidence=rules.confidence,
                         degrees_of_freedom=rules.degrees_of_freedom)
        yes, no, unknown = base.cases(cells, state, status.truth)
        reason = np.where(found.unknown > rules.max_unknown_share, str(Reason.TOO_MUCH_UNKNOWN), "")
        told: Any = {"series": series, "scale": 100.0, "unknown": found.unknown}
        yield _rows(cells, found.known, (yes + no, yes), variant=code, reason=reason, **told)
        if gaps:
            uncounted = np.bincount(cells.number[state == UNCOUNTED], minlength=len(cells))
            no_bound = np.where(uncounted > 0, str(Reason.TOO_MUCH_UNKNOWN), "").astype(object)
            for bound, each, with_it in ((LEAST, found.least, yes), (MOST, found.most, yes + unknown)):
                yield _rows(cells, each, (yes + no + unknown, with_it), variant=_bound_code(code, bound),
                            reason=no_bound, **told)


def _quotient_rows(base: _Base, quotient: Quotient, rules: Estimating) -> Iterator[_Part]:
    missing = np.isnan(quotient.above) | np.isnan(quotient.below)
    if quotient.reason:
        yield _absent(base, base.cells(()), quotient.series, quotient.variant, quotient.reason)
        return
    for group in _groups(base, rules):
        cells = base.cells(group)
        unknown = _unknown_share(base, missing, cells)
        found = ratio(base.design, np.where(missing, np.nan, quotient.above), quotient.below, domain=cells.domains,
                      confidence=rules.confidence, degrees_of_freedom=rules.degrees_of_freedom)
        reason = np.where(unknown > rules.max_unknown_share, str(Reason.TOO_MUCH_UNKNOWN), "")
        n = base.households(cells, ~missing)
        yield _rows(cells, found, (n, n), series=quotient.series, variant=quotient.variant, scale=quotient.scale,
                    reason=reason, unknown=unknown)


def _unknown_share(base: _Base, missing: npt.NDArray[np.bool_], cells: _Cells) -> npt.NDArray[np.float64]:
    """Give the weighted share of rows of which it is not known."""
    weight = base.design.weight
    whole = np.bincount(cells.number, weights=weight, minlength=len(cells))
    part = np.bincount(cells.number, weights=weight * missing, minlength=len(cells))
    return np.asarray(part / whole, dtype=np.float64)


def _absent(base: _Base, cells: _Cells, series: str, variant: str, reason: str) -> _Part:
    n = base.households(cells, np.ones(len(cells.number), dtype=bool)).astype(np.float64)
    absent: dict[str, Any] = {name: np.nan for name in (*_AMOUNTS, *EXTRA_COLUMNS)}
    absent |= {"n": n, "n_psu": 0.0, "n_numerator": 0.0}
    return _part(cells, series=series, variant=variant, obs_value=np.nan, reason=reason, uncertainty=NOT_STATED,
                 **absent)


def _rows(cells: _Cells, found: Estimates, counts: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], *, series: str,
          variant: str, scale: float, reason: npt.NDArray[Any], unknown: npt.NDArray[np.float64]) -> _Part:
    """Lay estimates out as result rows; one that the kernel could not make keeps the kernel's reason."""
    value = np.where(reason == "", scale * found.value, np.nan)
    told = np.where(np.isnan(value), np.where(reason != "", reason, found.reason), "").astype(object)
    known = ~np.isnan(value)
    amounts = {"se": scale * found.se, "lci": scale * found.lci, "uci": scale * found.uci,
               "numerator": found.numerator, "denominator": found.denominator}
    return _part(cells, series=series, variant=variant, obs_value=value, reason=told,
                 uncertainty=np.where(np.isnan(found.se), NOT_STATED, found.uncertainty).astype(object),
                 **{name: np.where(known, amount, np.nan) for name, amount in amounts.items()},
                 n=counts[0], n_psu=found.n_psu, n_numerator=counts[1], df=found.df, deff=found.deff,
                 unknown_share=unknown)


def _part(cells: _Cells, **columns: Any) -> _Part:
    """Give the columns of one table's rows, an entry a cell."""
    count = len(cells)
    keys: dict[str, Any] = {str(name): np.asarray(values, dtype=object) for name, values in cells.keys.items()}
    return {name: values if isinstance(values, np.ndarray) else
            np.full(count, values, dtype=object if isinstance(values, str) else float)
            for name, values in (keys | columns).items()}


def _laid_out(parts: Sequence[_Part], time_period: str) -> pd.DataFrame:
    """Make one frame of all parts; a dimension that a part is not split by is its total."""
    def column(name: str) -> npt.NDArray[Any]:
        return np.concatenate([part[name] if name in part else np.full(len(part["ref_area"]), "_T", dtype=object)
                               for part in parts])

    split = [name for name in DIMENSIONS if any(name in part for part in parts)]
    index = pd.Index(column("ref_area"), name="ref_area")
    told: dict[str, Any] = {name: column(name) for name in ("series", "variant", "reason", "uncertainty", *_AMOUNTS,
                                                            *split)}
    rows = result_rows(pd.Series(column("obs_value"), index=index), time_period=time_period, **told)
    return rows.assign(**{name: column(name).astype(np.float64) for name in EXTRA_COLUMNS})
