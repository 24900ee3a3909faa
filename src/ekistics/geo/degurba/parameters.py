"""Every rule of the Degree of Urbanisation as a named parameter, with its default, unit, help and allowed values.

The defaults are the rules since July 2024 with the grid release GHSL R2023A. Where the published text leaves a case
open the readings are parameters too, so that a difference between two maps can be traced to one named choice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.i18n import N_, _

__all__ = ["PRESETS", "Contiguity", "DegurbaParameters", "ParameterInfo", "list_parameters"]

Contiguity = Literal["rook", "queen"]
BuiltUpThreshold = float | Literal["dynamic", "none"]

_DENSITY = "people/km2 of permanent land"
_CONTIGUITY = ("rook", "queen")


def _number(default: float, unit: str, text: str, *, low: float = 0.0, high: float = float("inf")) -> Any:
    return field(default=default, metadata={"kind": "number", "unit": unit, "help": text, "low": low, "high": high})


def _count(default: int, unit: str, text: str, *, low: int = 0, odd: bool = False) -> Any:
    return field(default=default, metadata={"kind": "count", "unit": unit, "help": text, "low": low, "odd": odd})


def _switch(default: bool, text: str) -> Any:
    return field(default=default, metadata={"kind": "switch", "unit": "", "help": text})


def _choice(default: str, choices: tuple[str, ...], text: str) -> Any:
    return field(default=default, metadata={"kind": "choice", "unit": "", "help": text, "choices": choices})


def _built_up(default: float, text: str) -> Any:
    return field(default=default, metadata={"kind": "built_up", "unit": "share of permanent land", "help": text,
                                            "low": 0.0, "high": float("inf"), "choices": ("dynamic", "none")})


@dataclass(frozen=True, slots=True)
class DegurbaParameters:
    """The rules by which a grid is classified; every test against a threshold is "at least".

    Parameters are described by :func:`list_parameters` and in ``ekistics delineate --list-parameters``.

    Raises
    ------
    ConfigurationError
        A value is not allowed.

    Notes
    -----
    Method: European Commission and others, Applying the Degree of Urbanisation (2021), with the changes of July 2024;
    GHSL Data Package 2023 (R2023A) for edge smoothing and the built-up criterion.

    Examples
    --------
    >>> DegurbaParameters().semi_dense_density
    900.0
    >>> DegurbaParameters.from_settings(["semi_dense_density=300"]).semi_dense_density
    300.0
    """

    centre_density: float = _number(1500.0, _DENSITY, N_("Density of a cell of an urban centre."))
    centre_size: float = _number(50_000.0, "people", N_("People in an urban centre."))
    centre_contiguity: Contiguity = _choice("rook", _CONTIGUITY, N_("Which cells of an urban centre touch."))
    centre_built_up: BuiltUpThreshold = _built_up(
        0.20, N_("Built-up share that makes a cell one of an urban centre whatever its density."))
    centre_population_window: int = _count(
        1, "cells", N_("Window in which population and density are averaged for urban centres; 1 is no averaging."),
        low=1, odd=True)
    centre_size_test: Literal["before_gap_filling", "after_gap_filling"] = _choice(
        "before_gap_filling", ("before_gap_filling", "after_gap_filling"),
        N_("When the people of an urban centre are counted; after filling, gaps are filled again after smoothing."))
    smoothing: Literal["r2023a", "r2022a", "none"] = _choice(
        "r2023a", ("r2023a", "r2022a", "none"),
        N_("Edge rule: r2023a, more than half of the neighbours that count; r2022a, at least five of eight."))
    smoothing_leaves_out: Literal["water_and_low_land", "water", "low_land", "nothing"] = _choice(
        "water_and_low_land", ("water_and_low_land", "water", "low_land", "nothing"),
        N_("Neighbours that do not count in r2023a: water cells, empty cells with little land, both, or none."))
    smoothing_land: float = _number(
        0.5, "share of the cell", N_("Land below which an empty neighbour is one of little land."), high=1.0)
    smoothing_counts_outside: bool = _switch(
        True, N_("Neighbours outside the grid or without data count in r2023a, as not in the centre."))
    gap_fill: bool = _switch(True, N_("Fill small gaps of urban centres."))
    gap_limit: float = _number(15.0, "km2", N_("Gaps of less than this area are filled."))
    gap_limit_included: bool = _switch(False, N_("A gap of exactly the limit is filled."))
    gap_fill_order: Literal["after_smoothing", "before_smoothing"] = _choice(
        "after_smoothing", ("after_smoothing", "before_smoothing"), N_("When gaps are filled."))
    gap_pockets: Literal["leave", "fill"] = _choice(
        "leave", ("leave", "fill"),
        N_("Pockets between several centres: left, or given to the centre with the most cell sides around."))
    cluster_density: float = _number(300.0, _DENSITY, N_("Level 1: density of a cell of an urban cluster."))
    cluster_size: float = _number(5_000.0, "people", N_("Level 1: people in an urban cluster."))
    cluster_contiguity: Contiguity = _choice(
        "queen", _CONTIGUITY, N_("Level 1: which cells of an urban cluster touch."))
    cluster_population_window: int = _count(
        1, "cells", N_("Level 1: window in which population and density are averaged for urban clusters."),
        low=1, odd=True)
    dense_density: float = _number(1500.0, _DENSITY, N_("Level 2: density of a cell of a dense urban cluster."))
    dense_size: float = _number(5_000.0, "people", N_("Level 2: people in a dense urban cluster."))
    dense_contiguity: Contiguity = _choice("rook", _CONTIGUITY, N_("Level 2: which cells of a dense cluster touch."))
    dense_built_up: BuiltUpThreshold = _built_up(
        0.20, N_("Level 2: built-up share that makes a cell one of a dense urban cluster whatever its density."))
    semi_dense_density: float = _number(900.0, _DENSITY, N_("Level 2: density of a cell of a semi-dense cluster."))
    semi_dense_size: float = _number(2_500.0, "people", N_("Level 2: people in a semi-dense urban cluster."))
    semi_dense_contiguity: Contiguity = _choice(
        "rook", _CONTIGUITY, N_("Level 2: which cells of a semi-dense cluster touch."))
    semi_dense_distance: int = _count(
        2, "cells", N_("Level 2: a semi-dense cluster with a cell so near to a centre or dense cluster is suburban."))
    suburban_density: float = _number(300.0, _DENSITY, N_("Level 2: density of a suburban cell."))
    suburban_size: float = _number(5_000.0, "people", N_("Level 2: people in the cluster of a suburban cell."))
    suburban_contiguity: Contiguity = _choice("queen", _CONTIGUITY, N_("Level 2: which suburban cells touch."))
    rural_cluster_density: float = _number(300.0, _DENSITY, N_("Level 2: density of a cell of a rural cluster."))
    rural_cluster_size: float = _number(500.0, "people", N_("Level 2: people in a rural cluster."))
    rural_cluster_contiguity: Contiguity = _choice(
        "queen", _CONTIGUITY, N_("Level 2: which cells of a rural cluster touch."))
    low_density: float = _number(50.0, _DENSITY, N_("Level 2: density of a low density rural cell."))
    water_land: float = _number(0.5, "share of the cell", N_("Land below which a cell may be water."), high=1.0)
    water_land_included: bool = _switch(False, N_("A cell with exactly that share of land may be water."))
    water_population: float = _number(0.0, "people", N_("The most people in a water cell; no data counts as none."))
    water_built_up: float = _number(0.0, "share of the cell", N_("The most built-up in a water cell."), high=1.0)
    zero_land: Literal["infinite", "cell_area", "excluded"] = _choice(
        "infinite", ("infinite", "cell_area", "excluded"),
        N_("A cell without land: its people and built-up pass every threshold, are divided by the whole cell, or "
           "never pass."))
    missing_cells: Literal["missing", "water"] = _choice(
        "missing", ("missing", "water"), N_("A cell without data in all three grids has no class, or is water."))
    built_up_decimals: int = _count(3, "digits", N_("Decimals to which the built-up share is rounded before its test."))
    built_up_rounding: Literal["half_even", "half_up", "none"] = _choice(
        "half_even", ("half_even", "half_up", "none"), N_("How the built-up share is rounded."))
    dynamic_density: float = _number(1500.0, _DENSITY, N_("Dynamic built-up threshold: density of the clusters."))
    dynamic_size: float = _number(5_000.0, "people", N_("Dynamic built-up threshold: people in the clusters."))
    dynamic_contiguity: Contiguity = _choice(
        "rook", _CONTIGUITY, N_("Dynamic built-up threshold: which cells of the clusters touch."))
    dynamic_rounding: Literal["up_to_percent", "none"] = _choice(
        "up_to_percent", ("up_to_percent", "none"),
        N_("Dynamic built-up threshold: rounded up to whole percent, or not."))

    def __post_init__(self) -> None:
        for item in fields(self):
            object.__setattr__(self, item.name, _checked(item.name, getattr(self, item.name), item.metadata))

    @classmethod
    def from_settings(cls, settings: Iterable[str], *, preset: str = "r2023a") -> "DegurbaParameters":
        """Read parameters from ``name=value`` texts.

        Parameters
        ----------
        settings : iterable of str
            Texts such as ``"smoothing=r2022a"``.
        preset : str
            Name of the set of rules to start from, one of :data:`PRESETS`.

        Returns
        -------
        DegurbaParameters
            The rules.

        Raises
        ------
        UnknownNameError
            There is no such parameter or preset.
        ConfigurationError
            A value cannot be read or is not allowed.

        Examples
        --------
        >>> DegurbaParameters.from_settings(["smothing=none"])
        Traceback (most recent call last):
        ekistics.core.errors.UnknownNameError: --set: There is no parameter 'smothing'. Did you mean 'smoothing'?
        """
        if preset not in PRESETS:
            raise UnknownNameError.among(preset, tuple(PRESETS), what=_("preset"), where="--preset")
        values: dict[str, str] = {}
        for text in settings:
            name, separator, value = (part.strip() for part in text.partition("="))
            if not separator:
                raise ConfigurationError(_("A parameter cannot be read."), where="--set", got=repr(text),
                                         expected="NAME=VALUE")
            values[name] = value
        return cls.from_mapping(values, preset=preset, where="--set")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], *, preset: str = "r2023a",
                     where: object = None) -> "DegurbaParameters":
        """Read parameters from names and values; ``preset`` may be one of the names.

        Parameters
        ----------
        values : mapping
            Name to value, as text or as its own type.
        preset : str
            Name of the set of rules to start from, where the mapping names none.
        where : object, optional
            The place, for the text of an error.

        Returns
        -------
        DegurbaParameters
            The rules.

        Raises
        ------
        UnknownNameError
            There is no such parameter or preset.
        ConfigurationError
            A value is not allowed.

        Examples
        --------
        >>> DegurbaParameters.from_mapping({"preset": "r2022a", "gap_fill": False}).smoothing
        'r2022a'
        """
        given = dict(values)
        chosen = str(given.pop("preset", preset))
        if chosen not in PRESETS:
            raise UnknownNameError.among(chosen, tuple(PRESETS), what=_("preset"), where=where)
        known = tuple(item.name for item in fields(cls))
        for name in given:
            if name not in known:
                raise UnknownNameError.among(name, known, what=_("parameter"), where=where)
        return cls(**(dict(PRESETS[chosen]) | given))

    def as_dict(self) -> dict[str, Any]:
        """Give all parameters as plain values, for records and tags.

        Returns
        -------
        dict
            Name to value.
        """
        return asdict(self)

    def with_built_up(self, threshold: float) -> "DegurbaParameters":
        """Give the same rules with the dynamic thresholds replaced by a number.

        Parameters
        ----------
        threshold : float
            Built-up share of permanent land.

        Returns
        -------
        DegurbaParameters
            Rules without "dynamic".

        Examples
        --------
        >>> DegurbaParameters(centre_built_up="dynamic").with_built_up(0.25).centre_built_up
        0.25
        """
        changes = {name: threshold for name in ("centre_built_up", "dense_built_up")
                   if getattr(self, name) == "dynamic"}
        return replace(self, **changes) if changes else self  # type: ignore[arg-type]

    @property
    def is_dynamic(self) -> bool:
        """Tell whether a built-up threshold is to be found from the grids."""
        return "dynamic" in (self.centre_built_up, self.dense_built_up)


def _checked(name: str, value: Any, rule: Mapping[str, Any]) -> Any:
    """Read one value as its kind and hold it against what is allowed."""
    choices = rule.get("choices", ())
    if rule["kind"] == "switch":
        return _as_switch(name, value)
    if value in choices:
        return value
    if rule["kind"] == "choice":
        raise _refused(name, value, _("one of {choices}").format(choices=", ".join(choices)))
    return _as_number(name, value, rule)


def _as_switch(name: str, value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise _refused(name, value, "true, false")
    return text == "true"


def _as_number(name: str, value: Any, rule: Mapping[str, Any]) -> float | int:
    low, high = rule["low"], rule.get("high", float("inf"))
    expected = (_("a number from {low:g}").format(low=low) if high == float("inf")
                else _("a number from {low:g} to {high:g}").format(low=low, high=high))
    if rule.get("odd"):
        expected = _("an odd number of cells")
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise _refused(name, value, expected) from error
    whole = rule["kind"] != "count" or number.is_integer()
    odd = not rule.get("odd") or number % 2 == 1
    if not (low <= number <= high and number < float("inf") and whole and odd):
        raise _refused(name, value, expected)
    return int(number) if rule["kind"] == "count" else number


def _refused(name: str, value: object, expected: str) -> ConfigurationError:
    return ConfigurationError(_("The value of parameter '{name}' is not allowed.").format(name=name), where="--set",
                              param=name, expected=expected, got=repr(value))


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """One parameter as a line of a list.

    Parameters
    ----------
    name : str
        Its name in ``--set``.
    default : object
        The value when nothing is said.
    unit : str
        Its unit; empty for switches and choices.
    allowed : str
        The values it takes.
    help : str
        What it decides, translated.
    """

    name: str
    default: object
    unit: str
    allowed: str
    help: str


def list_parameters(parameters: DegurbaParameters | None = None) -> list[ParameterInfo]:
    """List all parameters with unit, allowed values and help.

    Parameters
    ----------
    parameters : DegurbaParameters, optional
        The rules whose values are listed; the defaults otherwise.

    Returns
    -------
    list of ParameterInfo
        One entry a parameter, in the order of the steps.

    Examples
    --------
    >>> list_parameters()[0].name, list_parameters()[0].default
    ('centre_density', 1500.0)
    """
    shown = parameters or DegurbaParameters()
    return [ParameterInfo(item.name, getattr(shown, item.name), item.metadata["unit"], _allowed(item.metadata),
                          _(item.metadata["help"])) for item in fields(DegurbaParameters)]


def _allowed(rule: Mapping[str, Any]) -> str:
    if rule["kind"] == "switch":
        return "true | false"
    if rule["kind"] == "choice":
        return " | ".join(rule["choices"])
    bound = f">= {rule['low']:g}" + (f", <= {rule['high']:g}" if rule.get("high", float("inf")) < float("inf") else "")
    if rule.get("odd"):
        bound = f"odd, {bound}"
    return " | ".join((bound, *rule.get("choices", ())))


PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType({
    "r2023a": MappingProxyType({}),
    "r2022a": MappingProxyType({"centre_built_up": 0.5, "dense_built_up": 0.5, "smoothing": "r2022a",
                                "semi_dense_density": 300.0, "semi_dense_size": 5_000.0,
                                "semi_dense_contiguity": "queen"}),
    "semi_dense_before_2024": MappingProxyType({"semi_dense_density": 300.0, "semi_dense_size": 5_000.0,
                                                "semi_dense_contiguity": "queen", "semi_dense_distance": 2}),
})
