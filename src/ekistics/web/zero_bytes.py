"""Zero bytes in addresses: no text has one, and one of the databases ends a question that does."""

from collections.abc import Callable
from typing import TypeVar

from django.http import QueryDict

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["field_with_zero", "require_query", "takes_any", "takes_any_query"]

View = TypeVar("View", bound=Callable[..., object])


def field_with_zero(given: QueryDict) -> str | None:
    """Give the name of the first field that holds a zero byte, in its name or a value.

    Parameters
    ----------
    given : django.http.QueryDict
        Fields of a form, or parameters of an address.

    Returns
    -------
    str or None
        Its name, without zero bytes; None where there is no such field.
    """
    return next((name.replace("\0", "")[:60] for name, values in given.lists()
                 if any("\0" in text for text in (name, *values))), None)


def require_query(given: QueryDict) -> None:
    """Refuse parameters of an address with a zero byte.

    Parameters
    ----------
    given : django.http.QueryDict
        The parameters.

    Raises
    ------
    InvalidValueError
        One holds a zero byte.
    """
    name = field_with_zero(given)
    if name is not None:
        raise InvalidValueError(_("A parameter of the address holds a zero byte, which no text has."), param=name,
                                hint=_("Take %00 out of the address."))


def takes_any_query(view: View) -> View:
    """Mark a view that looks after zero bytes in its address itself; for all others they are refused."""
    view.takes_any_query = True  # type: ignore[attr-defined]
    return view


def takes_any(view: object) -> bool:
    """Tell whether a view is marked so, or is a public page: each knows its parameters and looks after them."""
    return hasattr(view, "takes_any_query") or hasattr(view, "knows")
