"""What all steps of a scenario share."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from ekistics.composite._typed import check_fields
from ekistics.composite.forms import Form
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["Step"]


@dataclass(frozen=True)
class Step:
    """What all steps share: reading from plain data, writing as plain data, checking the method's name."""

    METHODS: ClassVar[tuple[str, ...]] = ()
    name: ClassVar[str] = ""

    @classmethod
    def from_mapping(cls, plain: Mapping[str, Any], *, where: str | None = None) -> Self:
        """Read a step from plain data.

        Parameters
        ----------
        plain : mapping of str to object
            The parameters.
        where : str, optional
            The place, for the error.

        Returns
        -------
        Self
            The step.

        Raises
        ------
        UnknownNameError
            When a key or method is unknown.
        InvalidValueError
            When a parameter cannot be.

        Examples
        --------
        >>> from ekistics.composite import Treat
        >>> Treat.from_mapping({"winsorise": 3})
        Treat(winsorise=3, skew=2.0, kurtosis=3.5, then='log')
        """
        place = where or cls.name
        check_fields(cls, plain, what=_("parameter of the step"), where=place)
        return cls(**{key: _inward(key, value, place) for key, value in plain.items()})

    def as_mapping(self) -> dict[str, Any]:
        """Give the step as plain data, with every parameter.

        Returns
        -------
        dict of str to object
            The parameters.

        Examples
        --------
        >>> from ekistics.composite import Screen
        >>> Screen().as_mapping()
        {'data_share': 0.9, 'nonzero_share': 0.0, 'count_imputed': False}
        """
        return {each.name: _outward(getattr(self, each.name)) for each in fields(self)}

    def _check_method(self, method: str) -> None:
        """Refuse a method that the step does not know."""
        if method not in self.METHODS:
            raise UnknownNameError.among(method, self.METHODS, what=_("method"), where=self.name)

    def _check_between(self, param: str, low: float, high: float) -> None:
        """Refuse a number outside its range."""
        value = getattr(self, param)
        if not low <= value <= high:
            raise InvalidValueError(_("The parameter is out of its range."), where=self.name, param=param,
                                    expected=f"{low:g} ... {high:g}", got=value)

    def _check_finite(self, values: Mapping[str, float | None]) -> None:
        """Refuse numbers that are infinite or none, as TOML can write them: every score would be missing."""
        for param, value in values.items():
            if value is not None and not math.isfinite(value):
                raise InvalidValueError(_("The parameter is out of its range."), where=self.name, param=param,
                                        expected=f"{param}: {_('a number')}", got=value)


def _inward(key: str, value: Any, where: str) -> Any:
    """Read what plain data cannot hold as it is: forms, and tuples."""
    if key == "forms":
        return {code: Form.from_mapping(form, where=f"{where}, {code}") for code, form in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _outward(value: Any) -> Any:
    """Write a parameter as plain data."""
    if isinstance(value, Mapping):
        return {key: each.as_mapping() if isinstance(each, Form) else each for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
