"""What trials of an index say of its ranks, in the live page's data: held against its cities, parts and variants."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ekistics.core.errors import PackageError
from ekistics.core.i18n import _

__all__ = ["require_worth"]


def require_worth(content: Mapping[str, Any], *, file: str) -> None:
    """Refuse trials that speak of a city, part, variant or choice that the index does not have.

    Parameters
    ----------
    content : mapping
        Content of ``live.json`` that its schema takes; without trials it is taken as it is.
    file : str
        Name of the document, for errors.

    Raises
    ------
    PackageError
        With the place of what is not there.
    """
    for where, known, got in _named(content) if "worth" in content else ():
        if got not in known:
            raise PackageError(_("What trials say of ranks is not of this index."), where=f"{file}, worth/{where}",
                               got=str(got), hint=_("Build the index again with this version."))


def _named(content: Mapping[str, Any]) -> Iterator[tuple[str, Collection[Any], Any]]:
    """Give whatever is named: its place, what may stand there, and what does."""
    worth, units = content["worth"], {unit["code"] for unit in content["units"]}
    titled = {each["code"] for each in (*content["items"], *content["groups"])}
    variants = {each["code"] for each in content["variants"]}
    tried, most = worth["choices"]["tried"], worth["choices"]["units"]
    parts, left = worth["without"]["parts"], worth["without"]["units"]
    for at, one in enumerate(tried):
        name, known = ("of", titled) if one["kind"] == "weight" else ("variant", variants)
        yield f"choices/tried/{at}/{name}", known, one[name]
    yield "choices/units", [units], set(most)
    for unit, one in most.items():
        if one is not None:
            yield f"choices/units/{unit}/choice", range(len(tried)), one["choice"]
    for at, part in enumerate(parts):
        yield f"without/parts/{at}/of", titled, part["of"]
        if part["largest"] is not None:
            yield f"without/parts/{at}/largest/unit", units, part["largest"]["unit"]
    yield "without/units", [units if parts else set()], set(left)
    for unit, ranks in left.items():
        yield f"without/units/{unit}", [len(parts)], len(ranks)
