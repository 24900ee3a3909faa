"""A scenario: the typed steps from raw values to ranks. What is not a step here is refused."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ekistics.composite._step import Step
from ekistics.composite.forms import Form
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["STEPS", "Aggregate", "Denominate", "Impute", "Scenario", "Screen", "Standardise", "Step", "Treat", "Weigh"]


@dataclass(frozen=True)
class Denominate(Step):
    """Divide items by quantities that make units of unlike size comparable.

    Parameters
    ----------
    by : mapping of str to str
        Code of an item to the name of its denominator.
    """

    name: ClassVar[str] = "denominate"
    by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Impute(Step):
    """Fill missing values; each is marked in the log. Only when asked for: no scenario imputes by default.

    Parameters
    ----------
    method : {'mean', 'median', 'group-mean', 'group-median'}
        Of the item's values over all units, or over those of the same group.
    by : str, optional
        Name of the grouping, for the ``group-`` methods.
    """

    name: ClassVar[str] = "impute"
    METHODS: ClassVar[tuple[str, ...]] = ("mean", "median", "group-mean", "group-median")
    method: str = "group-mean"
    by: str | None = None

    def __post_init__(self) -> None:
        self._check_method(self.method)
        if self.method.startswith("group-") != (self.by is not None):
            raise InvalidValueError(_("A method by group, and no other, needs the name of a grouping."),
                                    where=self.name, param="by", got=self.by)


@dataclass(frozen=True)
class Screen(Step):
    """Leave out units that have too little data.

    Parameters
    ----------
    data_share : float, default 0.9
        Least share of items that have a value.
    nonzero_share : float, default 0
        Least share of the values that are not zero.
    count_imputed : bool, default False
        Whether imputed values count as data. They do in COINr, where a unit is then hardly ever left out.
    """

    name: ClassVar[str] = "screen"
    data_share: float = 0.9
    nonzero_share: float = 0.0
    count_imputed: bool = False

    def __post_init__(self) -> None:
        self._check_between("data_share", 0, 1)
        self._check_between("nonzero_share", 0, 1)


@dataclass(frozen=True)
class Treat(Step):
    """Draw in outliers: Winsorise, and where that does not do, take a logarithm.

    Parameters
    ----------
    winsorise : int, default 5
        Most points to Winsorise in an item.
    skew : float, default 2
        An item has outliers when the size of its skew is above this, and its kurtosis above ``kurtosis``.
    kurtosis : float, default 3.5
        The other bound: excess kurtosis, 0 for a normal distribution.
    then : {'log', 'nothing'}
        What to do with an item that still has outliers.
    """

    name: ClassVar[str] = "treat"
    METHODS: ClassVar[tuple[str, ...]] = ("log", "nothing")
    winsorise: int = 5
    skew: float = 2.0
    kurtosis: float = 3.5
    then: str = "log"

    def __post_init__(self) -> None:
        self._check_method(self.then)
        self._check_between("winsorise", 0, np.inf)
        self._check_between("skew", 0, np.inf)
        self._check_between("kurtosis", -np.inf, np.inf)


@dataclass(frozen=True)
class Standardise(Step):
    """Bring all items to one scale, more being better.

    Parameters
    ----------
    method : str
        One of ``min-max``, ``z-score``, ``percentile-rank``, ``borda``, ``distance-to-target``,
        ``distance-to-maximum``, ``goalposts``.
    lower : float, default 0
        Lower end of the scale of every method but ``z-score``, ``borda`` and ``goalposts``.
    upper : float, default 100
        Upper end of that scale.
    mean : float, default 0
        Mean of the values of ``z-score``.
    sd : float, default 1
        Their standard deviation, above zero.
    targets : mapping of str to float
        Target of each item, for ``distance-to-target``.
    forms : mapping of str to Form
        Form of each item, for ``goalposts``; it says itself whether less is better.
    """

    name: ClassVar[str] = "standardise"
    METHODS: ClassVar[tuple[str, ...]] = ("min-max", "z-score", "percentile-rank", "borda", "distance-to-target",
                                          "distance-to-maximum", "goalposts")
    method: str = "min-max"
    lower: float = 0.0
    upper: float = 100.0
    mean: float = 0.0
    sd: float = 1.0
    targets: Mapping[str, float] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._check_method(self.method)
        self._check_finite({param: getattr(self, param) for param in ("lower", "upper", "mean", "sd")})
        self._check_finite({f"targets, {code}": target for code, target in self.targets.items()})
        if not self.lower < self.upper:
            raise InvalidValueError(_("The ends of the scale are upside down."), where=self.name, param="lower, upper",
                                    expected=_("lower below upper"), got=f"{self.lower:g} ... {self.upper:g}")
        if not self.sd > 0:
            raise InvalidValueError(_("The parameter must be above zero."), where=self.name, param="sd",
                                    expected="> 0", got=self.sd)


@dataclass(frozen=True)
class Weigh(Step):
    """Choose the weights.

    Parameters
    ----------
    method : {'given', 'equal'}
        Those of the index, or the same for all siblings.
    weights : mapping of str to float
        Weights of single items or groups that stand in place of the method's.
    """

    name: ClassVar[str] = "weigh"
    METHODS: ClassVar[tuple[str, ...]] = ("given", "equal")
    method: str = "given"
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._check_method(self.method)
        for code, weight in self.weights.items():
            if not (np.isfinite(weight) and weight >= 0):
                raise InvalidValueError(_("A weight must be zero or more."), where=f"{self.name}, {code}",
                                        param="weights", expected=">= 0", got=weight)


@dataclass(frozen=True)
class Aggregate(Step):
    """Join the items of each group, and the groups of the next, up to the index.

    Parameters
    ----------
    method : str or tuple of str
        ``arithmetic``, ``geometric``, ``harmonic``, ``mpi`` or ``copeland``: one for all levels, or one a level from
        the lowest.
    minimum_share : float, default 2/3
        A group has a score where at least so much of the weight of its items has values; the weights of what is there
        are brought to one sum. In a file with neither this nor ``whole``, a hole leaves a city without a score.
    whole : bool, default False
        Whether one missing value below is enough to leave a group without a score. True in a file of an index with
        neither this nor ``minimum_share``: there a hole leaves a city without a score.
    floor : float, optional
        Standardised values and scores below it count as it, at every level and under every method, so that a geometric
        or harmonic mean exists: a choice, declared here.
    penalty : {-1, 1}
        Sign of the penalty of ``mpi``: -1 where more is better, 1 where the index measures something bad.
    """

    name: ClassVar[str] = "aggregate"
    METHODS: ClassVar[tuple[str, ...]] = ("arithmetic", "geometric", "harmonic", "mpi", "copeland")
    method: str | tuple[str, ...] = "arithmetic"
    minimum_share: float = 2 / 3
    whole: bool = False
    floor: float | None = None
    penalty: int = -1

    def __post_init__(self) -> None:
        for each in (self.method,) if isinstance(self.method, str) else self.method:
            self._check_method(each)
        self._check_between("minimum_share", 0, 1)
        if self.penalty not in (-1, 1):
            raise InvalidValueError(_("The penalty is taken off or added."), where=self.name, param="penalty",
                                    expected=_("1 or -1"), got=self.penalty)
        self._check_finite({"floor": self.floor})
        if self.floor is not None and not self.floor > 0:
            raise InvalidValueError(_("The parameter must be above zero."), where=self.name, param="floor",
                                    expected="> 0", got=self.floor)

    def methods(self, levels: int) -> tuple[str, ...]:
        """Give the method of each level of groups.

        Parameters
        ----------
        levels : int
            Number of levels.

        Returns
        -------
        tuple of str, length ``levels``
            The methods from the lowest level up.

        Raises
        ------
        InvalidValueError
            When methods are given by level, and not one for each.

        Examples
        --------
        >>> Aggregate("geometric").methods(2)
        ('geometric', 'geometric')
        """
        if isinstance(self.method, str):
            return (self.method,) * levels
        if len(self.method) != levels:
            raise InvalidValueError(_("Methods by level need one for each level of groups."), where=self.name,
                                    param="method", expected=levels, got=len(self.method))
        return self.method


STEPS: dict[str, type[Step]] = {step.name: step for step in (Denominate, Impute, Screen, Treat, Standardise, Weigh,
                                                             Aggregate)}
_ALWAYS = ("standardise", "weigh", "aggregate")


@dataclass(frozen=True)
class Scenario:
    """The steps of an index in their order; a step that is None is not done.

    Parameters
    ----------
    denominate : Denominate, optional
        Division by quantities.
    impute : Impute, optional
        Filling of missing values.
    screen : Screen, optional
        Which units have too little data.
    treat : Treat, optional
        Drawing in of outliers.
    standardise : Standardise
        The one scale.
    weigh : Weigh
        The weights.
    aggregate : Aggregate
        The joining.

    Examples
    --------
    >>> scenario = Scenario(aggregate=Aggregate("geometric"), standardise=Standardise(lower=1))
    >>> Scenario.from_mapping(scenario.as_mapping()) == scenario
    True
    """

    denominate: Denominate | None = None
    impute: Impute | None = None
    screen: Screen | None = None
    treat: Treat | None = None
    standardise: Standardise = field(default_factory=Standardise)
    weigh: Weigh = field(default_factory=Weigh)
    aggregate: Aggregate = field(default_factory=Aggregate)

    @classmethod
    def from_mapping(cls, plain: Mapping[str, Any], *, where: str | None = None) -> "Scenario":
        """Read a scenario from plain data.

        Parameters
        ----------
        plain : mapping of str to mapping
            For each step its parameters.
        where : str, optional
            The place, for the error.

        Returns
        -------
        Scenario
            The scenario.

        Raises
        ------
        UnknownNameError
            When a step, parameter or method is unknown; the text names the nearest.
        InvalidValueError
            When a parameter cannot be.

        Examples
        --------
        >>> Scenario.from_mapping({"aggregate": {"method": "geometric"}}).aggregate.method
        'geometric'
        """
        made: dict[str, Any] = {}
        for name, step in plain.items():
            if name not in STEPS:
                raise UnknownNameError.among(name, list(STEPS), what=_("step"), where=where)
            place = name if where is None else f"{where}, {name}"
            if not isinstance(step, Mapping):
                raise InvalidValueError(_("A step is given by its parameters."), where=place, param=name,
                                        expected=_("a table"), got=repr(step))
            made[name] = STEPS[name].from_mapping(step, where=place)
        return cls(**made)

    def as_mapping(self) -> dict[str, dict[str, Any]]:
        """Give the scenario as plain data that JSON and TOML can hold.

        Returns
        -------
        dict of str to dict
            For each step that is done its parameters, in the order of the steps.

        Examples
        --------
        >>> list(Scenario().as_mapping())
        ['standardise', 'weigh', 'aggregate']
        """
        return {name: step.as_mapping() for name in STEPS if (step := getattr(self, name)) is not None}

    def replace(self, **steps: Step | None) -> "Scenario":
        """Give the scenario with other steps.

        Parameters
        ----------
        **steps : Step or None
            The steps by name.

        Returns
        -------
        Scenario
            The new scenario.

        Raises
        ------
        UnknownNameError
            When a step is unknown.
        InvalidValueError
            When a step is given in the place of another.

        Examples
        --------
        >>> Scenario().replace(treat=Treat()).treat.winsorise
        5
        """
        for name, step in steps.items():
            if name not in STEPS:
                raise UnknownNameError.among(name, list(STEPS), what=_("step"))
            if not isinstance(step, STEPS[name]) and (step is not None or name in _ALWAYS):
                raise InvalidValueError(_("This is not the step of that name."), where=name, param=name,
                                        expected=STEPS[name].__name__, got=type(step).__name__)
        return dataclasses.replace(self, **steps)  # type: ignore[arg-type] # each was held against its type above

    def changed(self, path: str, value: Any) -> "Scenario":
        """Give the scenario with another value of one parameter.

        Parameters
        ----------
        path : str
            Step and parameter with a point between them, such as ``treat.winsorise``.
        value : object
            The value, as plain data.

        Returns
        -------
        Scenario
            The new scenario.

        Raises
        ------
        UnknownNameError
            When the step or parameter is unknown.
        InvalidValueError
            When the scenario does not have the step: it would change nothing, and look like a stable result.

        Examples
        --------
        >>> Scenario().changed("aggregate.method", "geometric").aggregate.method
        'geometric'
        """
        name, _point, param = path.partition(".")
        if name not in STEPS:
            raise UnknownNameError.among(name, list(STEPS), what=_("step"), where=path)
        step = getattr(self, name)
        if step is None:
            raise InvalidValueError(_("The scenario does not have this step, so that nothing of it can be varied."),
                                    where=path, param=name, hint=_("Add the step to the scenario first."))
        return self.replace(**{name: STEPS[name].from_mapping({**step.as_mapping(), param: value}, where=path)})
