"""Pages by key: an opaque mark says where a page ended, and the next begins there, at the same cost at any depth."""

import base64
import binascii
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.web.observatory.selection import END, Position

__all__ = ["next_address", "page_of", "read_cursor", "write_cursor"]

_LARGEST = END


def write_cursor(position: Position) -> str:
    """Write where a page ended.

    Parameters
    ----------
    position : Position
        The place.

    Returns
    -------
    str
        Letters, digits, ``-`` and ``_``.

    Examples
    --------
    >>> read_cursor(write_cursor(Position(3, 7)))
    Position(lead=3, key=7)
    """
    return base64.urlsafe_b64encode(f"{position.lead}.{position.key}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> Position:
    """Read where a page ended.

    Parameters
    ----------
    text : str
        As :func:`write_cursor` wrote it; empty for the first page.

    Returns
    -------
    Position
        The place.

    Raises
    ------
    InvalidValueError
        It is not one of ours.
    """
    if not text:
        return Position()
    wrong = InvalidValueError(_("The cursor is not one of this site."), param="cursor", got=text[:60],
                              hint=_("Follow the link 'next' of the page before, or begin without a cursor."))
    try:
        lead, key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode(
            "ascii").split(".")
        if not (lead.isdecimal() and key.isdecimal()):
            raise wrong
        found = Position(int(lead), int(key))
    except (ValueError, binascii.Error) as error:
        raise wrong from error
    if max(found.lead, found.key) > _LARGEST:
        raise wrong
    return found


def next_address(request: HttpRequest, position: Position | None) -> str | None:
    """Give the address of the next page: the same request with another cursor.

    Parameters
    ----------
    request : django.http.HttpRequest
        The request.
    position : Position or None
        Where the page ended; None where it was the last.

    Returns
    -------
    str or None
        The address.
    """
    if position is None:
        return None
    asked = request.GET.copy()
    asked["cursor"] = write_cursor(position)
    return request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")


def page_of(rows: QuerySet[Any], cursor: str, limit: int) -> tuple[list[Any], Position | None]:
    """Read a page of rows in the order of their keys.

    Parameters
    ----------
    rows : django.db.models.QuerySet
        The rows.
    cursor : str
        Where the page before ended.
    limit : int
        The most rows.

    Returns
    -------
    found : list
        The page.
    next : Position or None
        Where it ended; None where nothing follows.
    """
    found: list[Model] = list(rows.order_by("pk").filter(pk__gt=read_cursor(cursor).key)[:limit + 1])
    more = len(found) > limit
    return found[:limit], Position(0, int(found[limit - 1].pk)) if more else None
