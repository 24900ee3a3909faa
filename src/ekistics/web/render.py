"""Templates: what every page knows, and the functions that templates may call."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext, override
from jinja2 import Environment, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape

from ekistics.core.i18n import _, isolated, joined, use_language
from ekistics.publish.numbers import day_text, number_text, period_text, value_text
from ekistics.web.languages import LANGUAGES, RIGHT_TO_LEFT, core_language
from ekistics.web.policy import Role
from ekistics.web.words import script_words

__all__ = ["address", "environment", "escaped", "language_now", "page_context", "read_languages"]


SAMPLE = 4_711_471_147_114_711  # no address holds it


def escaped(value: object) -> str:
    """Escape what a template writes: a page has thousands of texts, of which hardly one holds a sign to be escaped.

    Parameters
    ----------
    value : object
        Text, markup, or what is written as its text.

    Returns
    -------
    str
        The same text as :func:`markupsafe.escape` gives, without the wrapping that takes three quarters of its time.

    Examples
    --------
    >>> escaped("Gdańsk"), escaped("<b>"), escaped(Markup("<b>")), escaped(5)
    ('Gdańsk', Markup('&lt;b&gt;'), Markup('<b>'), Markup('5'))
    """
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[return-value]
    if kind is str and not ("<" in value or "&" in value or ">" in value or '"' in value or "'" in value):  # type: ignore[operator]
        return value  # type: ignore[return-value]
    return escape(value)


class _Code(CodeGenerator):
    """Writes a call of :func:`escaped` where a template writes out a value."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class _Environment(Environment):
    code_generator_class = _Code
    escaped = staticmethod(escaped)


def environment(**options: Any) -> Environment:
    """Make the environment of the site's templates; everything is escaped unless this package wrote it."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True,
                "extensions": ["jinja2.ext.i18n"]}
    made = _Environment(**options)  # noqa: S701 - autoescape is on, above
    made.install_gettext_callables(_, _plural, newstyle=False)  # type: ignore[attr-defined]
    made.globals |= {"url": address, "static": static, "number": _number, "value": _value, "period": _period,
                     "day": _day, "own": _own, "url_or_none": _address_or_none, "script_words": script_words,
                     "moment": _moment, "joined": joined, "isolated": isolated}
    return made


def _plural(one: str, many: str, count: int) -> str:
    return _(one) if count == 1 else _(many)


def address(name: str, **parts: Any) -> str:
    """Give the address of a page in the language of the request."""
    language = get_language() or ""
    if len(parts) == 1:
        ((key, value),) = parts.items()
        if isinstance(value, int):
            before, after = _around_number(language, name, key)
            return f"{before}{value}{after}"
    return _address(language, name, *parts.items())


@lru_cache(maxsize=1024)
def _around_number(_language: str, name: str, key: str) -> tuple[str, str]:
    """Give what stands before and after a number: one page may link to a thousand values."""
    before, _number, after = reverse(name, kwargs={key: SAMPLE}).rpartition(str(SAMPLE))
    return before, after


@lru_cache(maxsize=4096)
def _address(_language: str, name: str, *parts: tuple[str, Any]) -> str:
    return reverse(name, kwargs=dict(parts))


def _address_or_none(name: str) -> str | None:
    """Give the address of a page that a site may lack."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def language_now() -> str:
    """Give the language of our own catalogues that the request speaks."""
    return core_language(get_language() or "en")


def read_languages() -> None:
    """Read the addresses and catalogues of all languages, and what CLDR says of them, before the first reader."""
    for code, _name in LANGUAGES:
        language = core_language(code)
        with override(code), use_language(language):
            _address_or_none("home")  # the first look for an address reads those of the language
            gettext("Yes")
            value_text(1.5, "PT", language=language)
            day_text(date(2020, 1, 1), language=language)


def _number(value: float, digits: int = 0) -> str:
    return number_text(float(value), digits, language=language_now())


def _value(value: float, unit_measure: str, **interval: float) -> str:
    return value_text(float(value), unit_measure, language=language_now(), **interval)


def _period(text: str) -> str:
    return period_text(text, language=language_now())


def _day(moment: Any) -> str:
    """Write a day; words where there is none."""
    if moment is None:
        return _("not stated")
    return day_text(moment.date() if hasattr(moment, "date") else moment, language=language_now())


def _moment(moment: Any) -> str:
    """Write a moment as machines read it, for the attribute of an element ``time``."""
    return "" if moment is None else moment.date().isoformat()


def _own(text: str) -> Markup:
    """Mark markup that this package wrote as finished."""
    return Markup(text)  # noqa: S704 - only for drawings of our own, whose texts are escaped


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Give what every page shows: language, direction, the same page in other languages, the rights of the reader."""
    code = get_language() or "en"
    user = getattr(request, "user", None)
    signed_in = bool(user is not None and user.is_authenticated)
    highest = Role.PUBLIC
    if signed_in:
        from ekistics.web.accounts.actors import actor_of  # models are not ready when this module is read

        highest = actor_of(request).highest
    return {"section": "", "asked": "", "lang": code, "html_lang": "zh-Hans" if code.startswith("zh") else code,
            "dir": "rtl" if code in RIGHT_TO_LEFT else "ltr", "languages": _languages(request, code),
            "signed_in": signed_in, "user": user, "highest": highest, "Role": Role}


def _languages(request: HttpRequest, code: str) -> list[dict[str, Any]]:
    """Give the address of this page in each language; pages without a language in their address go to the first."""
    path = request.get_full_path()
    start = f"/{code}/"
    rest = path[len(start):] if path.startswith(start) else ""
    return [{"code": each, "name": name, "href": f"/{each}/{rest}", "here": each == code,
             "html": "zh-Hans" if each.startswith("zh") else each} for each, name in LANGUAGES]
