"""Forms of standardisation with fixed goalposts: a raw value and its benchmarks give a score from 0 to 100."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.composite._typed import check_fields
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _

__all__ = ["FORMULAS", "KINDS", "SIDES", "TAKES", "Form", "score"]

Floats = npt.NDArray[np.float64]

KINDS = ("linear", "log", "root", "target", "one-sided", "direct", "checklist")
SIDES = ("above", "below")
ROOTS = (2, 3, 4, 5)
_RANGED = ("linear", "log", "root")
_AIMED = ("target", "one-sided")
# The parameters that each kind takes besides the kind itself; any other is a mistake of the one who wrote it.
TAKES = {"linear": ("low", "high", "inverse"), "log": ("low", "high", "inverse"),
         "root": ("low", "high", "inverse", "k", "rooted"), "target": ("target",), "one-sided": ("target", "side"),
         "direct": ("inverse",), "checklist": ("points",)}
# How each kind scores a value x, before what lies outside 0 to 100 is brought to the end, and not inverse.
FORMULAS = {"linear": "100 * (x - low) / (high - low)",
            "log": "100 * (log(x) - log(low)) / (log(high) - log(low))",
            "root": "100 * (x ** (1 / k) - low ** (1 / k)) / (high ** (1 / k) - low ** (1 / k))",
            "target": "100 * (1 - abs(x - target) / target)",
            "one-sided": "100 if x is on the side of target, else 100 * (1 - abs(x - target) / target)",
            "direct": "x", "checklist": "100 * x / points"}
# What a parameter is that a kind cannot do without.
_NEEDED = {"low": N_("the lower benchmark, in the unit of the values"),
           "high": N_("the upper benchmark, in the unit of the values"), "k": N_("which root, 2 to 5"),
           "target": N_("the best value, above zero, in the unit of the values"),
           "side": N_("above or below: the side of the target on which every score is 100"),
           "points": N_("the number of points of the checklist, above zero")}


@dataclass(frozen=True, slots=True)
class Form:
    """How a raw value becomes a score from 0 to 100.

    Parameters
    ----------
    kind : {'linear', 'log', 'root', 'target', 'one-sided', 'direct', 'checklist'}
        The form.
    low : float, optional
        Lower benchmark of ``linear``, ``log`` and ``root``, in the unit of the raw value: the worst, or the best where
        ``inverse``.
    high : float, optional
        Upper benchmark of these: the best, or the worst where ``inverse``.
    inverse : bool, default False
        Whether less is better.
    k : int, optional
        Which root, 2 to 5.
    rooted : bool, default False
        Whether the benchmarks of ``root`` are given as roots already, of which none is taken again.
    target : float, optional
        The best value of ``target`` and ``one-sided``, above zero, in the unit of the raw value.
    side : {'above', 'below'}, optional
        Of ``one-sided``: ``above`` or ``below`` the target, where every score is 100.
    points : int, optional
        Number of points of a ``checklist``.

    Notes
    -----
    Method: the standardisation of the City Prosperity Initiative (UN-Habitat, Measurement of City Prosperity:
    Methodology and Metadata, 2016).

    Examples
    --------
    >>> form = Form("root", low=1, high=28.2, k=4, inverse=True)
    >>> Form.from_mapping(form.as_mapping()) == form
    True
    """

    kind: str
    low: float | None = None
    high: float | None = None
    inverse: bool = False
    k: int | None = None
    rooted: bool = False
    target: float | None = None
    side: str | None = None
    points: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownNameError.among(self.kind, KINDS, what=_("form"))
        for field in fields(self)[1:]:
            if getattr(self, field.name) != field.default and field.name not in TAKES[self.kind]:
                raise UnknownNameError.among(field.name, TAKES[self.kind], what=_("parameter of the form"),
                                             where=self.kind)
        self._check_given()
        if self.kind in _RANGED:
            self._check_range()
        if self.kind in _AIMED:
            _check_positive(self.target, "target", self.kind)
        if self.kind == "one-sided" and self.side not in SIDES:
            raise UnknownNameError.among(str(self.side), SIDES, what=_("side"), where=self.kind)
        if self.kind == "checklist":
            _check_positive(self.points, "points", self.kind)

    def _check_given(self) -> None:
        """Refuse a form that lacks what its kind needs; say what that is."""
        lacks = [name for name in TAKES[self.kind] if name in _NEEDED and getattr(self, name) is None]
        if lacks:
            said = _("The form needs a low and a high benchmark.") if self.kind in _RANGED and lacks[0] != "k" else \
                _("The form {kind} needs its parameter {param}.").format(kind=self.kind, param=", ".join(lacks))
            raise InvalidValueError(said, where=self.kind, param=", ".join(lacks),
                                    expected="; ".join(f"{name}: {_(_NEEDED[name])}" for name in lacks))

    def _check_range(self) -> None:
        """Refuse benchmarks that are upside down, or have no logarithm or root."""
        low, high = self.low, self.high
        assert low is not None and high is not None  # noqa: S101 - the check before
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise InvalidValueError(_("The benchmarks are upside down."), where=self.kind, param="low, high",
                                    expected=_("low below high"), got=f"{low} ... {high}",
                                    hint=_("Where less is better, say inverse and leave low below high."))
        if self.kind == "log":
            _check_positive(low, "low", self.kind)
        if self.kind == "root" and self.k not in ROOTS:
            raise InvalidValueError(_("The root must be one of 2 to 5."), where=self.kind, param="k",
                                    expected="2 ... 5", got=self.k)
        if self.kind == "root" and low < 0:
            raise InvalidValueError(_("A root needs benchmarks of zero or more."), where=self.kind, param="low",
                                    expected=">= 0", got=low)

    @classmethod
    def from_mapping(cls, plain: Mapping[str, Any], *, where: str | None = None) -> "Form":
        """Read a form from plain data.

        Parameters
        ----------
        plain : mapping of str to object
            ``kind`` and its parameters.
        where : str, optional
            The place, for the error.

        Returns
        -------
        Form
            The form.

        Raises
        ------
        UnknownNameError
            When a key, kind or side is unknown.
        InvalidValueError
            When a parameter cannot be.

        Examples
        --------
        >>> Form.from_mapping({"kind": "target", "target": 15000}).target
        15000
        """
        check_fields(cls, plain, what=_("parameter of the form"), where=where)
        if "kind" not in plain:
            raise InvalidValueError(_("A form needs its kind."), where=where, param="kind", expected=", ".join(KINDS))
        try:
            return cls(**plain)
        except (InvalidValueError, UnknownNameError) as error:
            error.where = ", ".join(part for part in (where, error.where) if part) or None
            raise

    def as_mapping(self) -> dict[str, object]:
        """Give the form as plain data, without the parameters that are as they are by default.

        Returns
        -------
        dict of str to object
            The kind and its parameters.

        Examples
        --------
        >>> Form("linear", low=0, high=80, inverse=True).as_mapping()
        {'kind': 'linear', 'low': 0, 'high': 80, 'inverse': True}
        """
        return {field.name: getattr(self, field.name) for field in fields(self)
                if getattr(self, field.name) != field.default}


def score(form: Form, x: npt.ArrayLike) -> Floats:
    """Score raw values by a form; missing stays missing.

    Parameters
    ----------
    form : Form
        The form.
    x : array_like
        Raw values, in the unit of the benchmarks; percent for ``direct``, points reached for ``checklist``.

    Returns
    -------
    numpy.ndarray of float, shape of ``x``
        Scores from 0 to 100.

    Raises
    ------
    InvalidValueError
        When a value has no logarithm (zero or less) or no root (less than zero), or reaches more points than there are.

    Notes
    -----
    Method: as in :class:`Form`. With f the identity, the natural logarithm or the k-th root, low b and high B:
    100 (f(x) - f(b)) / (f(B) - f(b)), or 100 less that where inverse. ``target``: 100 (1 - abs(x - X) / X).
    ``one-sided``: 100 beyond X on its side, ``target`` on the other. ``checklist``: 100 k / n. All are kept
    within 0 to 100.

    Examples
    --------
    >>> score(Form("log", low=714.64, high=108818.96), [20_000]).round(3).tolist()
    [66.294]
    """
    read = np.asarray(x, dtype=np.float64)
    if form.kind in _RANGED:
        share = _ranged(form, read)
    elif form.kind in _AIMED:
        share = _aimed(form, read)
    elif form.kind == "direct":
        share = read / 100
    else:
        share = _checked(form, read)
    share = 1 - share if form.inverse else share
    return np.clip(100 * share, 0.0, 100.0)


def _ranged(form: Form, x: Floats) -> Floats:
    """Give the share of the way from the low to the high benchmark."""
    assert form.low is not None and form.high is not None  # noqa: S101 - the form's own check
    ends = np.array([form.low, form.high])
    if form.kind == "log":
        _refuse(x <= 0, x, _("A logarithm needs values above zero."), "> 0", form)
        x, ends = np.log(x), np.log(ends)
    elif form.kind == "root":
        assert form.k is not None  # noqa: S101 - the form's own check
        _refuse(x < 0, x, _("A root needs values of zero or more."), ">= 0", form)
        x = x ** (1 / form.k)
        ends = ends if form.rooted else ends ** (1 / form.k)
    shares: Floats = (x - ends[0]) / (ends[1] - ends[0])
    return shares


def _aimed(form: Form, x: Floats) -> Floats:
    """Give how near a value is to its target."""
    assert form.target is not None  # noqa: S101 - the form's own check
    near: Floats = 1 - np.abs(x - form.target) / form.target
    if form.kind == "target":
        return near
    beyond = x >= form.target if form.side == "above" else x <= form.target
    return np.where(beyond, 1.0, near)


def _checked(form: Form, x: Floats) -> Floats:
    """Give the share of the points of a checklist."""
    assert form.points is not None  # noqa: S101 - the form's own check
    _refuse((x < 0) | (x > form.points), x, _("The points do not fit the checklist."), f"0 ... {form.points}", form)
    return x / form.points


def _refuse(wrong: npt.NDArray[np.bool_], x: Floats, message: str, expected: str, form: Form) -> None:
    """Refuse values that the form cannot take: say the first, and how many there are."""
    if wrong.any():
        raise InvalidValueError(message, where=form.kind, param="x", expected=expected,
                                got=_("{value} (the first of {count})").format(value=x[wrong].flat[0],
                                                                               count=int(wrong.sum())))


def _check_positive(value: float | None, param: str, kind: str) -> None:
    """Refuse a parameter that is not above zero."""
    if value is None or not (np.isfinite(value) and value > 0):
        raise InvalidValueError(_("The parameter of the form must be above zero."), where=kind, param=param,
                                expected="> 0", got=value)
