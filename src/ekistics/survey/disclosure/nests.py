"""Which codes of a dimension are made of which others: what an adversary knows from the code list alone."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Nest", "nests_of", "nests_of_areas"]

Nest = tuple[str, tuple[str, ...]]  # a code, and the codes that it is made of

TOTAL = "_T"
_PARTITIONS: Mapping[str, tuple[Nest, ...]] = {
    "income_quantile": (("B40", ("Q1", "Q2")), ("R60", ("Q3", "Q4", "Q5")), (TOTAL, ("Q1", "Q2", "Q3", "Q4", "Q5")),
                        (TOTAL, ("B40", "R60")), (TOTAL, ("B50", "R50"))),
    "urbanisation": ((TOTAL, ("U", "R")), (TOTAL, ("CITY", "TSUB", "R")), ("U", ("CITY", "TSUB")),
                     (TOTAL, ("3", "2", "1", "0")), ("3", ("30",)), ("2", ("23", "22", "21")),
                     ("1", ("13", "12", "11")), ("0", ("10",)),
                     (TOTAL, ("30", "23", "22", "21", "13", "12", "11", "10"))),
}
_AGE = re.compile(r"([YM])(?:_(GE|LT))?([0-9]+)(?:T([0-9]+))?")
_MOST_CHAINS = 20  # ways to cover an age group that are followed; code lists in use have one or two


def nests_of(dimension: str, codes: Iterable[str], *,
             told: Mapping[str, tuple[str, ...]] | None = None) -> list[Nest]:
    """Give the sums among the codes of a dimension.

    Parameters
    ----------
    dimension : str
        One of ``ekistics.core.observation.DIMENSIONS``.
    codes : iterable of str
        The codes that occur.
    told : mapping of str to tuple of str, optional
        What each code is made of, where that is not what the code list says.

    Returns
    -------
    list of tuple
        A code and those of its parts that occur; whether they are all of it is to be seen in the numbers.

    Examples
    --------
    >>> nests_of("sex", ["_T", "F", "M"])
    [('_T', ('F', 'M'))]
    >>> nests_of("age", ["_T", "Y0T14", "Y_GE15", "Y15T24", "Y_GE25"])
    [('Y_GE15', ('Y15T24', 'Y_GE25')), ('_T', ('Y0T14', 'Y15T24', 'Y_GE25')), ('_T', ('Y0T14', 'Y_GE15'))]
    """
    found = set(codes)
    if told:
        nests: list[Nest] = list(told.items())
    elif dimension == "age":
        nests = _age_nests(sorted(found))
    elif dimension in _PARTITIONS:
        nests = list(_PARTITIONS[dimension])
    else:
        nests = [(TOTAL, tuple(sorted(found - {TOTAL})))]
    kept = ((parent, tuple(code for code in parts if code in found)) for parent, parts in nests if parent in found)
    return [(parent, parts) for parent, parts in kept if parts]


def nests_of_areas(areas: Mapping[str, str], codes: Iterable[str]) -> list[Nest]:
    """Give the sums among areas.

    Parameters
    ----------
    areas : mapping of str to str
        For an area that is part of another, that other.
    codes : iterable of str
        The areas that occur.

    Returns
    -------
    list of tuple
        An area and its parts.

    Examples
    --------
    >>> nests_of_areas({"a": "city", "b": "city"}, ["a", "b", "city"])
    [('city', ('a', 'b'))]
    """
    found = set(codes)
    parts: dict[str, list[str]] = {}
    for child in sorted(found):
        if areas.get(child) in found:
            parts.setdefault(areas[child], []).append(child)
    return [(parent, tuple(children)) for parent, children in sorted(parts.items())]


def _age_nests(codes: Sequence[str]) -> list[Nest]:
    """Find which ages are made of which: each chain of ages without gap or overlap is a sum."""
    spans = {code: span for code in codes if (span := _span(code)) is not None}
    apart = tuple(code for code in codes if code not in spans and code != TOTAL)  # not known, not stated
    nests = [(code, chain) for code, span in spans.items() for chain in _chains(span, spans, without=code)]
    if TOTAL in codes and spans:
        whole = (min(start for start, _end in spans.values()), max(end for _start, end in spans.values()))
        nests += [(TOTAL, chain + apart) for chain in _chains(whole, spans, without=TOTAL)]
    if TOTAL in codes and not any(parent == TOTAL for parent, _chain in nests):
        nests.append((TOTAL, _apart(spans) + apart))
    return nests


def _span(code: str) -> tuple[float, float] | None:
    """Give the ages of a code in months: from, and below which."""
    match = _AGE.fullmatch(code)
    if match is None:
        return None
    unit, open_end, first, last = match.groups()
    months = 12 if unit == "Y" else 1
    if open_end:
        return (int(first) * months, math.inf) if open_end == "GE" else (0, int(first) * months)
    return int(first) * months, (int(last or first) + 1) * months


def _chains(span: tuple[float, float], spans: Mapping[str, tuple[float, float]], *,
            without: str) -> list[tuple[str, ...]]:
    """Give the ways to cover a span of ages by others, end to end."""
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[float, tuple[str, ...]]] = [(span[0], ())]
    while waiting and len(found) < _MOST_CHAINS:
        at, chain = waiting.pop()
        if at == span[1]:
            found.append(chain)
            continue
        waiting += [(end, (*chain, code)) for code, (start, end) in sorted(spans.items(), reverse=True)
                    if start == at and end <= span[1] and code != without]
    return [chain for chain in found if len(chain) > 1]


def _apart(spans: Mapping[str, tuple[float, float]]) -> tuple[str, ...]:
    """Give ages that do not overlap, the longest first, where none of them cover all without a gap."""
    kept: list[str] = []
    for code, (start, end) in sorted(spans.items(), key=lambda item: item[1][0] - item[1][1]):
        if all(end <= spans[other][0] or start >= spans[other][1] for other in kept):
            kept.append(code)
    return tuple(sorted(kept))
