"""The documents of editions: how a survey or a sample was made, and what a country states of a framework.

They are read from the packages that the editions keep, never stored a second time, and shown to those who may have the
whole package.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ekistics.core.errors import PackageError
from ekistics.package.documents import DOCUMENTS, read_document
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.tables import open_editions
from ekistics.web.policy import Actor

__all__ = ["Documents", "documents_of", "open_documents"]

KEPT = 64  # editions whose documents a process remembers: what stands under a content's digest never changes
KINDS = ("survey", "sample")


@dataclass(frozen=True, slots=True, eq=False)
class Documents:
    """The documents of an edition.

    Parameters
    ----------
    edition : Edition
        The edition.
    survey, sample, framework : dict or None
        Each document; None where the package has none.
    """

    edition: Edition
    survey: dict[str, Any] | None
    sample: dict[str, Any] | None
    framework: dict[str, Any] | None


def documents_of(edition: Edition) -> Documents:
    """Read the documents of an edition; whether somebody may is asked before.

    Parameters
    ----------
    edition : Edition
        The edition.

    Returns
    -------
    Documents
        Its documents; none of an upload, which has no package.
    """
    found = _read(str(settings.MEDIA_ROOT), edition.folder) if edition.folder else (None,) * len(DOCUMENTS)
    return Documents(edition, *found)


@lru_cache(maxsize=KEPT)
def _read(media: str, folder: str) -> tuple[dict[str, Any] | None, ...]:
    return tuple(_one(Path(media) / folder / "package", name) for name in DOCUMENTS)


def _one(folder: Path, name: str) -> dict[str, Any] | None:
    try:
        return read_document(folder, name)
    except PackageError:  # it came before this program knew such a document
        return None


def open_documents(actor: Actor, editions: Iterable[Edition], *, standing: Collection[int],
                   kinds: Collection[str] = KINDS) -> tuple[Documents, ...]:
    """Give the documents that an actor may have, of editions with a value that stands.

    Parameters
    ----------
    actor : Actor
        Who asks.
    editions : iterable of Edition
        Editions, with their data sets.
    standing : collection of int
        Keys of the editions with a value that stands.
    kinds : collection of str
        Kinds of entries that are looked at; of a country all are.

    Returns
    -------
    tuple of Documents
        In the order of the editions; the database is not asked where none is of these kinds.
    """
    wanted = [e for e in editions if e.pk in standing and e.folder and (
        e.dataset.kind in kinds or e.place.kind == "country")]
    if not wanted:
        return ()
    may = set(open_editions(actor).filter(pk__in=[e.pk for e in wanted]).values_list("pk", flat=True))
    return tuple(documents_of(e) for e in wanted if e.pk in may)
