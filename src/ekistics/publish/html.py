"""The profile as one page: everything inside, nothing fetched, readable without its script."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from ekistics.core.indicator import IndicatorSpec
from ekistics.package.model import ProfilePackage
from ekistics.publish.assets import font_faces, static_text, template_text
from ekistics.publish.compose import compose_profile
from ekistics.publish.content import Document

__all__ = ["page", "profile_html"]

POLICY = ("default-src 'none'; script-src {script}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
          "worker-src blob: data:; child-src blob: data:; connect-src data: blob:; base-uri 'none'; form-action 'none'")

FONTS_HERE = "@@FONTS@@"
SAFE = " !$'()*+,-./:;=?@[]_{}|~"


def profile_html(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], *, language: str = "en") -> bytes:
    """Write the profile as one HTML file.

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
        The page, UTF-8. It opens from disk, needs no network and forbids it.
    """
    return page(compose_profile(package, specs, language=language))


def page(document: Document) -> bytes:
    """Draw a document as one HTML file.

    Parameters
    ----------
    document : Document
        The content.

    Returns
    -------
    bytes
        The page.
    """
    environment = Environment(loader=DictLoader({"profile": template_text("profile.html.j2")}), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    script = static_text("profile.js").replace("</script", "<\\/script").replace("<!--", "<\\!--")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    body = environment.get_template("profile").render(
        d=document, t=document.labels, policy=POLICY.format(script=f"'sha256-{digest}'"), raw=_own,
        style=_own(static_text("profile.css")), fonts=_own(FONTS_HERE), script=_own(script),
        live=_own(_json(document.live)), labels=_own(_json(document.labels)), links=_links(document))
    return body.replace(FONTS_HERE, font_faces(body.split("</main>")[0])).encode()


def _own(text: str) -> Markup:
    """Mark text that this package wrote, and escaped where it holds texts of others, as finished."""
    return Markup(text)  # noqa: S704 - drawings, style and script are our own; names in them are escaped


def _json(value: Any) -> str:
    """Write values so that no text in them can end the script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _links(document: Document) -> list[dict[str, str]]:
    """Give the downloads as links that hold their content, so that they work without script or network."""
    return [{"title": document.labels[f"download_{file['kind']}"], "name": file["name"],
             "href": f"data:{file['type']};charset=utf-8,{quote(file['text'], safe=SAFE)}"}
            for file in document.downloads]
