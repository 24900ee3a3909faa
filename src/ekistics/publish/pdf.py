"""The profile as a document to print and to file: A4, tagged, maps at true scale."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.resources import as_file

import typst

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.package.model import ProfilePackage
from ekistics.publish.assets import font_folder, template_text
from ekistics.publish.charts import printable
from ekistics.publish.compose import compose_profile
from ekistics.publish.content import Document

__all__ = ["printed", "profile_pdf"]

# Tags, a title and a language for every reader: the standard of accessible PDF.
STANDARD = "ua-1"


def profile_pdf(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], *, language: str = "en") -> bytes:
    """Write the profile as one PDF file.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code, in the order of the profile.
    language : str
        Language of texts and numbers.

    Returns
    -------
    bytes
        The document, PDF/UA-1. The same package gives the same bytes.
    """
    return printed(compose_profile(package, specs, language=language), created=package.created)


def printed(document: Document, *, created: str = "") -> bytes:
    """Set a document as PDF.

    Parameters
    ----------
    document : Document
        The content.
    created : str
        Time of making, ISO 8601; the start of 1970 when empty.

    Returns
    -------
    bytes
        The PDF.

    Raises
    ------
    InputFormatError
        The typesetter refused a part of the content.
    """
    made = datetime.fromisoformat(created) if created else datetime(1970, 1, 1, tzinfo=UTC)
    drawn = {name: tuple(replace(each, svg=printable(each.svg)) for each in getattr(document, name))
             for name in ("charts", "maps")}
    content = json.dumps(asdict(replace(document, live={}, downloads=(), **drawn)), ensure_ascii=False)
    try:
        with as_file(font_folder()) as fonts:
            return bytes(typst.compile(template_text("profile.typ").encode(), font_paths=[str(fonts)],
                                       ignore_system_fonts=True, sys_inputs={"content": content},
                                       pdf_standards=STANDARD, timestamp=int(made.timestamp())))
    except typst.TypstError as error:
        raise InputFormatError(_("The document cannot be set."), where="profile.pdf", got=str(error)) from error
