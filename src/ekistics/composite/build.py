"""An index from its data and a scenario: every step in its order, each telling what it did."""

import json
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ekistics.composite import denominate as denomination
from ekistics.composite import impute as imputation
from ekistics.composite import screen as screening
from ekistics.composite import treat as treatment
from ekistics.composite._columns import ends
from ekistics.composite.aggregate import aggregate
from ekistics.composite.index import Data, Index
from ekistics.composite.log import (
    Aggregated,
    Denominated,
    Entry,
    Imputed,
    ItemTreatment,
    Screened,
    Standardised,
    TreatedItems,
    Weighed,
)
from ekistics.composite.ranks import rank
from ekistics.composite.scenario import STEPS, Scenario
from ekistics.composite.standardise import standardised
from ekistics.composite.structure import Structure
from ekistics.composite.weights import resolve
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["Data", "Index", "Pipeline", "build"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
FIXED = ("goalposts",)  # methods under which a unit's score does not depend on the other units
_KEPT = 64  # states that a pipeline remembers


@dataclass(frozen=True, eq=False)
class _State:
    """An index on its way."""

    values: Floats
    observed: Bools
    standardised: Floats
    weights: Floats
    scores: Floats
    coverage: Floats
    log: tuple[Entry, ...] = ()

    def told(self, entry: Entry, **changed: npt.NDArray[np.generic]) -> "_State":
        """Give the state after a step."""
        return replace(self, log=(*self.log, entry), **changed)  # type: ignore[arg-type] # fields of the state


def build(data: Data, scenario: Scenario) -> Index:
    """Build an index.

    Parameters
    ----------
    data : Data
        Values, tree and units.
    scenario : Scenario
        The steps.

    Returns
    -------
    Index
        Scores, ranks and what was done.

    Raises
    ------
    InvalidValueError
        When a step cannot be done: the text says with which item or group.
    UnknownNameError
        When a step names an item, denominator or grouping that is not there.

    Notes
    -----
    Method: OECD and JRC, Handbook on Constructing Composite Indicators (2008).

    Examples
    --------
    >>> from ekistics.composite import Group, Item
    >>> tree = Structure.of([Item("schools", "all"), Item("smoke", "all", direction=-1)], [Group("all", "")])
    >>> index = build(Data(np.array([[1.0, 9], [2, 5], [3, 1]]), tree, ["x", "y", "z"]), Scenario())
    >>> index.total.tolist(), index.ranks.tolist()
    ([0.0, 50.0, 100.0], [3.0, 2.0, 1.0])
    """
    return Pipeline(data).run(scenario)


class Pipeline:
    """Builds indices of one set of data, running only from the first step that differs from one run before.

    Parameters
    ----------
    data : Data
        Values, tree and units.

    Attributes
    ----------
    runs : collections.Counter
        How often each step was run.

    Examples
    --------
    >>> from ekistics.composite import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> pipeline = Pipeline(Data(np.array([[1.0, 2], [2, 3]]), tree, ["x", "y"]))
    >>> one = pipeline.run(Scenario())
    >>> other = pipeline.run(Scenario().changed("weigh.weights", {"a": 3}))
    >>> pipeline.runs["standardise"], pipeline.runs["aggregate"]
    (1, 2)
    """

    def __init__(self, data: Data) -> None:
        self.data = data
        self.runs: Counter[str] = Counter()
        self._states: OrderedDict[str, _State] = OrderedDict()

    def run(self, scenario: Scenario) -> Index:
        """Build the index of a scenario.

        Parameters
        ----------
        scenario : Scenario
            The steps.

        Returns
        -------
        Index
            The index, as :func:`build` makes it.
        """
        state = _start(self.data)
        plain = scenario.as_mapping()
        prefix = ""
        for name in STEPS:
            if name not in plain:
                continue
            prefix += json.dumps([name, plain[name]], sort_keys=True)
            known = self._states.get(prefix)
            if known is None:
                self.runs[name] += 1
                known = _RUN[name](state, self.data, scenario)
                self._states[prefix] = known
            self._states.move_to_end(prefix)
            state = known
        while len(self._states) > _KEPT:
            self._states.popitem(last=False)
        return Index(self.data, scenario, state.values, state.standardised, state.weights, state.scores,
                     state.coverage, rank(state.scores[:, -1]), state.log)


def _start(data: Data) -> _State:
    """Give the state before the first step."""
    none = np.empty(0)
    return _State(data.values, np.isfinite(data.values), none, none, none, none)


def _denominate(state: _State, data: Data, scenario: Scenario) -> _State:
    """Divide the items that have a denominator."""
    assert scenario.denominate is not None  # noqa: S101 - the pipeline runs only steps that are there
    codes = [item.code for item in data.structure.items]
    by = denomination.divisors(scenario.denominate.by, data.denominators, codes, len(data.units))
    values = denomination.denominate(state.values, by, names=codes)
    lost = np.isfinite(state.values) & ~np.isfinite(values)
    return state.told(Denominated(dict(scenario.denominate.by), lost), values=values, observed=np.isfinite(values))


def _impute(state: _State, data: Data, scenario: Scenario) -> _State:
    """Fill what is missing, and mark it."""
    step = scenario.impute
    assert step is not None  # noqa: S101 - the pipeline runs only steps that are there
    group = None
    if step.by is not None:
        if step.by not in data.groups:
            raise UnknownNameError.among(step.by, list(data.groups), what=_("grouping"), where="impute")
        group = imputation.numbered(data.groups[step.by])
    values = imputation.fill(state.values, step.method.removeprefix("group-"), group)
    return state.told(Imputed(step.method, np.isfinite(values) & ~state.observed), values=values)


def _screen(state: _State, data: Data, scenario: Scenario) -> _State:
    """Take out units with too little data."""
    step = scenario.screen
    assert step is not None  # noqa: S101 - the pipeline runs only steps that are there
    counted = np.isfinite(state.values) if step.count_imputed else state.observed
    kept = screening.keep(state.values, counted, data=step.data_share, nonzero=step.nonzero_share)
    values = np.where(kept[:, None], state.values, np.nan)
    return state.told(Screened(~kept, screening.data_share(counted)), values=values)


def _treat(state: _State, data: Data, scenario: Scenario) -> _State:
    """Treat the items that have outliers."""
    step = scenario.treat
    assert step is not None  # noqa: S101 - the pipeline runs only steps that are there
    made = treatment.treat(state.values, winsorise=step.winsorise, skew_limit=step.skew, kurtosis_limit=step.kurtosis,
                           log=step.then == "log")
    numbers = (made.points, made.logged, made.skew_before, made.kurtosis_before, made.skew_after, made.kurtosis_after)
    items = tuple(ItemTreatment(item.code, *told) for item, *told in
                  zip(data.structure.items, *(column.tolist() for column in numbers), strict=True))
    return state.told(TreatedItems(items), values=made.values)


def _standardise(state: _State, data: Data, scenario: Scenario) -> _State:
    """Bring the items to one scale."""
    step = scenario.standardise
    if step.method not in FIXED:
        _refuse_untelling(state.values, data.structure, step.method)
    entry = Standardised(step.method, *ends(state.values))
    return state.told(entry, standardised=standardised(state.values, data.structure, step))


def _refuse_untelling(values: Floats, structure: Structure, method: str) -> None:
    """Refuse an item that is all missing or constant where units are held against each other."""
    for item, least, greatest in zip(structure.items, *ends(values), strict=True):
        hint = _("Take it out of the index, or standardise by goalposts.")
        if np.isnan(least):
            raise InvalidValueError(_("All values of the indicator are missing."), where=item.code, param="values",
                                    hint=hint)
        if least == greatest:
            raise InvalidValueError(_("The indicator has the same value everywhere, so that {method} cannot tell one "
                                      "unit from another.").format(method=method), where=item.code, param="values",
                                    got=float(least), hint=hint)


def _weigh(state: _State, data: Data, scenario: Scenario) -> _State:
    """Choose the weights."""
    weights = resolve(data.structure, scenario.weigh)
    return state.told(Weighed(scenario.weigh.method, dict(scenario.weigh.weights)), weights=weights)


def _aggregate(state: _State, data: Data, scenario: Scenario) -> _State:
    """Join items to groups, and groups to the index."""
    made = aggregate(data.structure, state.standardised, state.weights, scenario.aggregate)
    methods = scenario.aggregate.methods(data.structure.levels)
    entry = Aggregated(tuple((node.code, methods[node.level - 1]) for node in data.structure.nodes),
                       np.isnan(made.scores).sum(axis=0))
    return state.told(entry, scores=made.scores, coverage=made.coverage)


_RUN: dict[str, Callable[[_State, Data, Scenario], _State]] = {
    "denominate": _denominate, "impute": _impute, "screen": _screen, "treat": _treat, "standardise": _standardise,
    "weigh": _weigh, "aggregate": _aggregate}
