"""What an index is: items with their benchmarks, groups, how they are put together, variants and bands, as data.

The schema is that of the file that people write; ``docs/reference/index-toml.md`` is made from it. Whatever cannot be
is refused with its place in the file.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from ekistics.composite.forms import Form
from ekistics.composite.scenario import Scenario
from ekistics.composite.structure import Group, Item, Structure
from ekistics.core import schema
from ekistics.core.errors import ConfigurationError, EkisticsError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.core.observation import LONGEST
from ekistics.core.schema import key

__all__ = ["FITS", "STATUSES", "Band", "IndexDefinition", "IndexGroup", "IndexItem", "IndexVariant", "Source", "Steps",
           "parse_index"]

STATUSES = ("own", "official", "third-party", "doubtful")
FITS = ("same", "near")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = ("coverage", "rank", "code", "name", "country", "time_period", "conf_status")
_TAKEN_BY_VARIANTS = (*_TAKEN, "as_defined")  # the variant of observations that is the index itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An indicator that fills an item."""

    indicator: str = key(N_("Code of the indicator."), example="population_density")
    series: str = key(N_("Code of its series."), example="density")
    variant: str = key(N_("Code of its variant; empty where it has none."), default="")
    fit: str = key(N_("same where definition and unit agree; near where one of them may differ: it fills the item only "
                      "where that is asked for."), default="same")
    note: str = key(N_("How it differs."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexItem:
    """An indicator of an index."""

    code: str = key(N_("Code of the item: its column in a table of values."), example="water")
    title: str = key(N_("Name for people."), example="Homes with piped water")
    parent: str = key(N_("Code of the group that it belongs to."), example="services")
    unit: str = key(N_("Unit of its values, in words."), example="% of homes")
    weight: float = key(N_("Weight beside its siblings; only its share of their sum counts."), default=1.0)
    direction: int | None = key(N_("1 where more is better, -1 where less is. Where the item has a form, the form "
                                   "says it."), default=None)
    form: dict[str, Any] | None = key(N_("How a value becomes a score from 0 to 100 by fixed benchmarks: kind (linear, "
                                         "log, root, target, one-sided, direct, checklist) and its parameters (low, "
                                         "high, inverse, k, rooted, target, side, points)."), default=None)
    status: str = key(N_("What its benchmarks are: own, official, third-party, or doubtful, which is marked wherever "
                         "the item is shown."), default="own")
    note: str = key(N_("What to know of it; why it is doubtful."), default="")
    row: int = key(N_("Row of the source's table."), default=0)
    filled_by: tuple[Source, ...] = key(N_("Indicators of this program that fill it."), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexGroup:
    """A group of items or of groups; the one without a parent is the index itself."""

    code: str = key(N_("Code of the group."), example="services")
    title: str = key(N_("Name for people."), example="Services")
    parent: str = key(N_("Code of the group above; empty for the index itself."), default="")
    weight: float = key(N_("Weight beside its siblings; only its share of their sum counts."), default=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps from values to scores; one that is not there is not taken."""

    denominate: dict[str, Any] | None = key(N_("Divide items by their denominators."), default=None)
    impute: dict[str, Any] | None = key(N_("Fill missing values; each is marked."), default=None)
    screen: dict[str, Any] | None = key(N_("Leave out cities with too few values."), default=None)
    treat: dict[str, Any] | None = key(N_("Treat outliers."), default=None)
    standardise: dict[str, Any] | None = key(N_("Bring values to one scale."), default=None)
    weigh: dict[str, Any] | None = key(N_("Set weights."), default=None)
    aggregate: dict[str, Any] | None = key(N_("Put scores together."), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexVariant:
    """The index with some steps taken in another way."""

    code: str = key(N_("Code of the variant."), example="arithmetic")
    title: str = key(N_("Name for people."), example="Arithmetic total")
    why: str = key(N_("How it differs, one line."), default="")
    denominate: dict[str, Any] | None = key(N_("In place of the scenario's."), default=None)
    impute: dict[str, Any] | None = key(N_("In place of the scenario's."), default=None)
    screen: dict[str, Any] | None = key(N_("In place of the scenario's."), default=None)
    treat: dict[str, Any] | None = key(N_("In place of the scenario's."), default=None)
    standardise: dict[str, Any] | None = key(N_("In place of the scenario's."), default=None)
    weigh: dict[str, Any] | None = key(N_("In place of the scenario's."), default=None)
    aggregate: dict[str, Any] | None = key(N_("In place of the scenario's."), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A band of scores, with what it advises."""

    least: float = key(N_("The lowest score of the band."), example=80.0)
    title: str = key(N_("Name for people."), example="very solid")
    advice: str = key(N_("What the index's authors advise."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDefinition:
    """A whole index; the file's keys are those of this table."""

    code: str = key(N_("Code of the index."), example="my_index")
    title: str = key(N_("Name for people."), example="My index")
    edition: str = key(N_("Its edition or date."), default="")
    source: str = key(N_("Where it can be read; who made it."), default="")
    note: str = key(N_("What to know before using it."), default="")
    use_near: bool = key(N_("Whether indicators that are only near an item fill it too."), default=False)
    scenario: Steps = key(N_("How values become scores."), default=Steps())
    group: tuple[IndexGroup, ...] = key(N_("A group; repeat the table."), default=())
    item: tuple[IndexItem, ...] = key(N_("An item; repeat the table."), default=())
    variant: tuple[IndexVariant, ...] = key(N_("A variant; repeat the table."), default=())
    band: tuple[Band, ...] = key(N_("A band of scores; repeat the table."), default=())

    @property
    def items(self) -> tuple[IndexItem, ...]:
        """Give the items, in the order of the file."""
        return self.item

    @property
    def groups(self) -> tuple[IndexGroup, ...]:
        """Give the groups from the lowest up, the index itself last."""
        by_code = {group.code: group for group in self.group}
        return tuple(by_code[group.code] for group in self.structure().groups)

    @property
    def _tables(self) -> tuple[Steps | IndexVariant, ...]:
        return (self.scenario, *self.variant)

    @property
    def denominators(self) -> tuple[str, ...]:
        """Give the quantities by which items are divided, in the index or a variant, each once."""
        steps = [_steps(table).get("denominate", {}).get("by", {}) for table in self._tables]
        return tuple(dict.fromkeys(name for by in steps for name in by.values()))

    @property
    def units(self) -> dict[str, str]:
        """Give the unit of each item, in the order of the file, and then of each denominator that is no item: none."""
        return {item.code: item.unit for item in self.items} | {
            name: "" for name in self.denominators if name not in {item.code for item in self.items}}

    def structure(self) -> Structure:
        """Give the tree.

        Returns
        -------
        Structure
            The tree, as the kernels take it.

        Raises
        ------
        EkisticsError
            The tree cannot be: a loop, an unknown parent, an item in two groups, weights that sum to zero.
        """
        return Structure.of([Item(i.code, i.parent, i.weight, _direction(i)) for i in self.item],
                            [Group(g.code, g.parent, g.weight) for g in self.group])

    def forms(self) -> dict[str, Form]:
        """Give the form of each item that has one, by code."""
        return {item.code: Form.from_mapping(item.form, where=item.code) for item in self.item if item.form}

    def scenario_of(self, variant: str = "") -> Scenario:
        """Give the scenario of the index or of one of its variants.

        Parameters
        ----------
        variant : str, default ""
            Code of the variant; empty for the index itself.

        Returns
        -------
        Scenario
            The scenario. Where it states neither ``whole`` nor ``minimum_share``, a hole leaves a city without a score.

        Raises
        ------
        UnknownNameError
            There is no such variant, step, key or method.
        """
        steps = _steps(self.scenario)
        if variant:
            known = {each.code: each for each in self.variant}
            if variant not in known:
                raise UnknownNameError.among(variant, list(known), what=_("variant"), where=self.code)
            steps |= _steps(known[variant])
        return Scenario.from_mapping(_whole(self._with_forms(steps)))

    def _with_forms(self, steps: dict[str, Any]) -> dict[str, Any]:
        """Give the forms of the items to the step that needs them."""
        standardise = steps.get("standardise", {})
        if standardise.get("method") == "goalposts" and "forms" not in standardise:
            forms = {code: form.as_mapping() for code, form in self.forms().items()}
            steps = steps | {"standardise": {**standardise, "forms": forms}}
        return steps

    def band_of(self, score: float) -> Band | None:
        """Give the band that a score lies in.

        Parameters
        ----------
        score : float
            The score.

        Returns
        -------
        Band or None
            The band; None below all of them, or where the index has none.
        """
        return next((band for band in sorted(self.band, key=lambda each: -each.least) if score >= band.least), None)


def parse_index(content: Mapping[str, Any], *, where: str = "index.toml") -> IndexDefinition:
    """Check the content of a file of an index.

    Parameters
    ----------
    content : mapping
        The parsed file.
    where : str
        Name for error texts.

    Returns
    -------
    IndexDefinition
        The index.

    Raises
    ------
    ConfigurationError
        A key is missing, or something in it cannot be.
    UnknownNameError
        A key, parent, step, method or status is not in its list.
    InvalidValueError
        Benchmarks are upside down, weights sum to zero, an item stands in two groups, the tree has a loop.

    Examples
    --------
    >>> index = parse_index({"code": "mine", "title": "Mine", "group": [{"code": "all", "title": "All"}],
    ...                      "item": [{"code": "water", "title": "Water", "parent": "all", "unit": "%"}]})
    >>> index.structure().root
    'all'
    """
    index: IndexDefinition = schema.build(IndexDefinition, content, where=where)
    for at, each in _each(index):
        with _placed(f"{where}: {at}"):
            _check_code(each.code, _TAKEN_BY_VARIANTS if at.startswith("variant") else _TAKEN)
    for number, item in enumerate(index.item, 1):
        with _placed(f"{where}: item[{number}] ({item.code})"):
            _check_item(item)
    with _placed(where):
        levels = index.structure().levels
    with _placed(f"{where}: scenario"):
        index.scenario_of().aggregate.methods(levels)
    for number, variant in enumerate(index.variant, 1):
        with _placed(f"{where}: variant[{number}] ({variant.code})"):
            index.scenario_of(variant.code).aggregate.methods(levels)
    with _placed(where):
        _check_forms(index)  # only now is a method known to be a name
    return index


def _whole(steps: dict[str, Any]) -> dict[str, Any]:
    """Score no city that has a hole unless the file says how much may be missing: an index is no estimate of itself."""
    aggregate = steps.get("aggregate", {})
    return steps | {"aggregate": {"whole": "minimum_share" not in aggregate, **aggregate}}


def _each(index: IndexDefinition) -> Iterator[tuple[str, Any]]:
    """Give everything that has a code, with its place."""
    yield "code", index
    for name in ("group", "item", "variant"):
        for number, each in enumerate(getattr(index, name), 1):
            yield f"{name}[{number}]", each
    codes = [variant.code for variant in index.variant]
    for code in codes:
        if codes.count(code) > 1:
            raise InvalidValueError(_("A code stands twice in the index."), where=code, param="variant",
                                    hint=_("Give each item and group a code of its own."))


def _check_code(code: str, taken: tuple[str, ...]) -> None:
    if not _CODE.fullmatch(code) or len(code) > LONGEST["series"]:
        raise ConfigurationError(_("A code has small letters, digits and _ only, and begins with a letter."),
                                 param="code", got=repr(code))
    if code in taken:
        raise ConfigurationError(_("This code has a meaning of its own in tables of an index."), param="code", got=code,
                                 hint=_("Choose another code."))


def _check_item(item: IndexItem) -> None:
    if item.status not in STATUSES:
        raise UnknownNameError.among(item.status, STATUSES, what=_("status"))
    if item.status == "doubtful" and not item.note:
        raise ConfigurationError(_("A doubtful item says why in its note."), param="note")
    for source in item.filled_by:
        if source.fit not in FITS:
            raise UnknownNameError.among(source.fit, FITS, what=_("fit"), where=source.indicator)
    form = Form.from_mapping(item.form) if item.form is not None else None
    if form is not None and item.direction not in (None, _form_direction(form)):
        raise ConfigurationError(_("The direction of the item is not that of its form."), param="direction",
                                 expected=_form_direction(form), got=item.direction)


def _check_forms(index: IndexDefinition) -> None:
    """Refuse an item without benchmarks in an index that is scored by benchmarks."""
    methods = {_steps(table).get("standardise", {}).get("method") for table in index._tables}
    bare = [item.code for item in index.item if item.form is None]
    if "goalposts" in methods and bare:
        raise ConfigurationError(_("The scenario scores by fixed benchmarks, and an item has none."), param="form",
                                 got=", ".join(bare[:5]), hint=_("Give the item a form."))


def _direction(item: IndexItem) -> float:
    if item.form is not None:
        return float(_form_direction(Form.from_mapping(item.form, where=item.code)))
    return float(1 if item.direction is None else item.direction)


def _form_direction(form: Form) -> int:
    """Say which way is better; of a target, which has two sides, the way up to it."""
    return -1 if form.inverse or form.side == "below" else 1


def _steps(table: Steps | IndexVariant) -> dict[str, Any]:
    """Give the steps that a table has."""
    return {field.name: value for field in fields(Steps) if (value := getattr(table, field.name)) is not None}


@contextmanager
def _placed(where: str) -> Iterator[None]:
    """Put the place in the file before an error's own."""
    try:
        yield
    except EkisticsError as error:
        error.where = f"{where}: {error.where}" if error.where else where
        raise
