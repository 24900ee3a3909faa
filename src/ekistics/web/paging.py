"""Lists in pages."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

__all__ = ["page_number", "paged"]

LAST_PAGE, LONGEST = 100_000, 7  # and digits of a number that is read


def page_number(text: str | None) -> int:
    """Read the number of a page of a list; 1 where it is none, and the most where it is larger.

    Examples
    --------
    >>> [page_number(text) for text in (None, "x", "-1", "0", "007", "12", "9" * 40)]
    [1, 1, 1, 1, 7, 12, 100000]
    """
    digits = text.lstrip("0")[:LONGEST] if text and text.isascii() and text.isdigit() else ""
    return min(int(digits or 1), LAST_PAGE)


class _ByKeys(Paginator[Any]):
    """A list in pages of which keys are put in order and cut first.

    A database would order all columns of all pages before the one that is wanted, joined with those of other tables.
    """

    def page(self, number: int | str) -> Page[Any]:
        """Give a page."""
        wanted = self.validate_number(number)
        begin = (wanted - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[begin:begin + self.per_page])
        rows = self.object_list.order_by().in_bulk(keys)
        return self._get_page([rows[key] for key in keys if key in rows], wanted, self)


def paged(found: QuerySet[Any] | Sequence[Any], asked: str | None, size: int, *, count: int | None = None,
          by_keys: bool = True) -> Page[Any]:
    """Give the page of a list that an address asks for; the last one where it asks for one beyond it.

    Parameters
    ----------
    found : django.db.models.QuerySet or sequence
        The whole list in its order.
    asked : str or None
        The number as the address has it; what is none is the first page.
    size : int
        Rows of a page.
    count : int, optional
        How many rows the list has, where that is known.
    by_keys : bool
        Whether keys are put in order and cut first: for whole rows of a table, not for a few columns or a sequence.

    Returns
    -------
    django.core.paginator.Page
        The page.
    """
    pages = (_ByKeys if by_keys else Paginator)(found, size)
    if count is not None:
        pages.count = count  # type: ignore[misc] - a cached property
    return pages.get_page(page_number(asked))
