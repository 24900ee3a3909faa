"""The live page of an index: published ranks readable without its script, and with it every choice changed by hand."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from ekistics.core.errors import InputFormatError, UnknownNameError
from ekistics.core.i18n import _, isolated, use_language
from ekistics.core.m49 import by_iso3
from ekistics.core.told import told
from ekistics.publish.assets import font_faces, static_text, template_text
from ekistics.publish.html import FONTS_HERE, POLICY
from ekistics.publish.index_words import index_words
from ekistics.publish.index_worth import IndexWorth
from ekistics.publish.numbers import number_text
from ekistics.publish.report import direction_of

__all__ = ["IndexPage", "form_text", "index_body", "index_html", "index_page"]

FORMAT = 1
_DIGITS = 1  # of scores


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A city in the table of published ranks.

    Parameters
    ----------
    code, name, country : str
        The city.
    rank, score, coverage : str
        As readers see them; rank and score are empty where the city is incomplete.
    """

    code: str
    name: str
    country: str
    rank: str
    score: str
    coverage: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in the table of what the index is made of.

    Parameters
    ----------
    code, title, unit, benchmarks, weight : str
        As readers see them.
    doubtful : bool
        Whether its benchmarks are.
    note : str
        What to know of it.
    """

    code: str
    title: str
    unit: str
    benchmarks: str
    weight: str
    doubtful: bool
    note: str


@dataclass(frozen=True, slots=True)
class WorthRows:
    """What trials of the index say.

    Parameters
    ----------
    lead : str
        How far ranks move, and what matters most.
    note : str
        How to read the rows of inputs.
    inputs, parts, cities : tuple of tuple of str
        Rows of the tables, as readers see them.
    """

    lead: str
    note: str
    inputs: tuple[tuple[str, ...], ...]
    parts: tuple[tuple[str, ...], ...]
    cities: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class IndexPage:
    """What the page of an index shows without its script.

    Parameters
    ----------
    language, direction : str
        Of the texts.
    code, title, edition, source, note, lead : str
        The index, and what stands out.
    ranked, incomplete : tuple of IndexRow
        Cities with a rank in its order; those without, the best known first.
    parts : tuple of (str, tuple of ItemRow)
        Items by the path of their groups.
    doubtful : str
        How many benchmarks are doubtful; empty where none is.
    worth : WorthRows, optional
        What the ranks are worth; None where they were not tried.
    """

    language: str
    direction: str
    code: str
    title: str
    edition: str
    source: str
    note: str
    lead: str
    ranked: tuple[IndexRow, ...]
    incomplete: tuple[IndexRow, ...]
    parts: tuple[tuple[str, tuple[ItemRow, ...]], ...]
    doubtful: str
    worth: WorthRows | None = None


def index_html(live: Mapping[str, Any], *, language: str = "en") -> bytes:
    """Write the live page of an index as one HTML file.

    Parameters
    ----------
    live : mapping
        Content of ``live.json``, format 1: what :func:`ekistics.jobs.index.build_index` writes.
    language : str
        Language of texts and numbers.

    Returns
    -------
    bytes
        The page, UTF-8. It opens from disk, needs no network and forbids it.

    Raises
    ------
    InputFormatError
        When the content is of another format.
    """
    with use_language(language):
        shown = index_page(live, language=language)
        script = static_text("index.js").replace("</script", "<\\/script").replace("<!--", "<\\!--")
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        text = _environment().get_template("alone").render(
            p=shown, policy=POLICY.format(script=f"'sha256-{digest}'"), body=_own(index_body(live, shown)),
            style=_own(static_text("index.css")), fonts=_own(FONTS_HERE), script=_own(script))
    return text.replace(FONTS_HERE, font_faces(text.split("</main>")[0])).encode()


def index_body(live: Mapping[str, Any], shown: IndexPage) -> str:
    """Write what both homes of the page have in common: the parts that the script fills, tables and data.

    Parameters
    ----------
    live : mapping
        Content of ``live.json``.
    shown : IndexPage
        What the page shows without its script.

    Returns
    -------
    str
        HTML without inline style or script; its texts are escaped.
    """
    countries = {unit["country"] for unit in live["units"]}
    words = {"texts": index_words(), "countries": {code: _country(code, shown.language) for code in sorted(countries)}}
    return _environment().get_template("body").render(p=shown, t=index_words(), data=_own(_json(_travelling(live))),
                                                      words=_own(_json(words)))


def index_page(live: Mapping[str, Any], *, language: str) -> IndexPage:
    """Compose what the page of an index shows without its script.

    Parameters
    ----------
    live : mapping
        Content of ``live.json``.
    language : str
        Language of numbers; that of texts is the one in use.

    Returns
    -------
    IndexPage
        The content.

    Raises
    ------
    InputFormatError
        When the content is of another format.
    """
    if live.get("format") != FORMAT:
        raise InputFormatError(_("The data of the index page is of another format."), where="live.json",
                               param="format", expected=FORMAT, got=live.get("format"),
                               hint=_("Build the index again with this version."))
    head = live["index"]
    ranked, incomplete = _cities(live, language)
    items = live["items"]
    doubtful = [item for item in items if item["status"] == "doubtful"]
    return IndexPage(
        language, direction_of(language), head["code"], told(head["title"]), head["edition"], head["source"],
        head.get("note", ""), _lead(ranked, incomplete, language), ranked, incomplete, _parts(live, language),
        _("{count} of {all} items have a doubtful benchmark. Each is marked below, with the reason.").format(
            count=len(doubtful), all=len(items)) if doubtful else "",
        _worth(live, language) if "worth" in live else None)


def _worth(live: Mapping[str, Any], language: str) -> WorthRows:
    worth, names = IndexWorth.of_live(live, language), {unit["code"]: unit["name"] for unit in live["units"]}
    trials = _("In {count} trials with all that is uncertain, a rank moves by {shift} places on average.").format(
        count=number_text(worth.tried["replicates"], 0, language=language),
        shift=number_text(worth.tried["mean_rank_shift"], 1, language=language))
    lead = f"{trials} {worth.decisive()}"
    return WorthRows(lead.strip(), worth.shares_note(), tuple(worth.input_rows()), tuple(worth.part_rows(names)),
                     tuple(worth.city_rows(names)))


def _lead(ranked: tuple[IndexRow, ...], incomplete: tuple[IndexRow, ...], language: str) -> str:
    cities = number_text(len(ranked) + len(incomplete), 0, language=language)
    count = number_text(len(ranked), 0, language=language)
    if not ranked:
        return _("No city of {all} has a score: too little of the index is known of each.").format(all=cities)
    said = _("{city} is first of {count} cities with a score of {score}. Of {all} cities, {count} have one.") \
        if incomplete else _("{city} is first of {count} cities with a score of {score}.")
    return said.format(city=isolated(ranked[0].name), score=ranked[0].score, all=cities, count=count)


def _cities(live: Mapping[str, Any], language: str) -> tuple[tuple[IndexRow, ...], tuple[IndexRow, ...]]:
    """Give the cities with a rank in its order, and those without, the best known first."""
    check, covered = live["check"], _coverage(live)
    found = sorted(zip(live["units"], check["ranks"], check["scores"], covered, strict=True),
                   key=lambda row: (row[1] is None, row[1] or -row[3]))
    rows = [(rank, IndexRow(unit["code"], unit["name"], _country(unit["country"], language),
                            "" if rank is None else number_text(rank, 0, language=language),
                            "" if rank is None else number_text(scores[-1], _DIGITS, language=language),
                            number_text(100 * share, 0, language=language)))
            for unit, rank, scores, share in found]
    return (tuple(row for rank, row in rows if rank is not None), tuple(row for rank, row in rows if rank is None))


def _coverage(live: Mapping[str, Any]) -> list[float]:
    """Give the share of the index, by its weights as published, that is known of each city."""
    weights = list(_weights(live).values())
    return [sum(weight for weight, value in zip(weights, row, strict=True) if value is not None)
            for row in live["values"]]


def _weights(live: Mapping[str, Any]) -> dict[str, float]:
    """Give the weight of each item in the index itself, as published."""
    step = live["scenario"].get("weigh", {})
    nodes = [*live["items"], *live["groups"]]
    equal = step.get("method") == "equal"
    given = {node["code"]: 1.0 if equal else float(node["weight"]) for node in nodes} | step.get("weights", {})
    sums: dict[str, float] = {}
    for node in nodes:
        sums[node["parent"]] = sums.get(node["parent"], 0.0) + given[node["code"]]
    share = {node["code"]: given[node["code"]] / sums[node["parent"]] for node in nodes}
    up = {node["code"]: node["parent"] for node in nodes}
    whole: dict[str, float] = {}
    for item in live["items"]:
        code, weight = item["code"], 1.0
        while up[code]:
            weight, code = weight * share[code], up[code]
        whole[item["code"]] = weight
    return whole


def _parts(live: Mapping[str, Any], language: str) -> tuple[tuple[str, tuple[ItemRow, ...]], ...]:
    """Give the items by the path of their groups, in the order of the index."""
    groups = {group["code"]: group for group in live["groups"]}
    weights = _weights(live)
    found: dict[str, list[ItemRow]] = {}
    for item in live["items"]:
        row = ItemRow(item["code"], told(item["title"]), told(item["unit"]), form_text(item, language=language),
                      number_text(100 * weights[item["code"]], _DIGITS, language=language),
                      item["status"] == "doubtful", told(item["note"]))
        found.setdefault(item["parent"], []).append(row)
    return tuple((_path(code, groups), tuple(rows)) for code, rows in found.items())


def _path(code: str, groups: Mapping[str, Mapping[str, Any]]) -> str:
    """Name a group with those above it, the index itself left out."""
    names: list[str] = []
    while code and (groups[code]["parent"] or not names):
        names.insert(0, told(groups[code]["title"]))
        code = groups[code]["parent"]
    return " › ".join(names)


def form_text(item: Mapping[str, Any], *, language: str) -> str:
    """Say in words how the value of an item becomes a score.

    Parameters
    ----------
    item : mapping
        An item of ``live.json``.
    language : str
        Language of numbers.

    Returns
    -------
    str
        A phrase.

    Examples
    --------
    >>> form_text({"form": {"kind": "linear", "low": 0, "high": 80, "inverse": True}}, language="en")
    '100 at 0, 0 at 80'
    >>> form_text({"form": {"kind": "root", "low": 1, "high": 3, "k": 2, "rooted": True}}, language="en")
    '0 at 1, 100 at 9, by the root of degree 2'
    """
    form = item["form"]
    if form is None:
        return _("no fixed benchmarks; cities are compared with each other")
    kind = form["kind"]
    if kind in ("linear", "log", "root"):
        return _ranged(form, language)
    if kind in ("target", "one-sided"):
        aim = _figure(form["target"], language)
        said = {"target": _("100 at {target}, less to either side"), "above": _("100 from {target} up, less below"),
                "below": _("100 up to {target}, less above")}
        return said[form.get("side") or "target"].format(target=aim)
    if kind == "direct":
        return _("100 less the percentage") if form.get("inverse") else _("the percentage itself")
    return _("share of {points} points").format(points=form["points"])


def _ranged(form: Mapping[str, Any], language: str) -> str:
    degree = form["k"] if form.get("rooted") else 1
    low, high = (_figure(form[end] ** degree, language) for end in ("low", "high"))
    said = (_("100 at {low}, 0 at {high}") if form.get("inverse") else _("0 at {low}, 100 at {high}")).format(
        low=low, high=high)
    if form["kind"] == "log":
        return _("{range}, by the logarithm").format(range=said)
    return _("{range}, by the root of degree {degree}").format(range=said, degree=form["k"]) if form["kind"] == "root" \
        else said


def _figure(value: float, language: str) -> str:
    """Write a benchmark with the digits that it is stated with, at most four after the point."""
    digits = next((count for count in range(5) if round(value, count) == round(value, 4)), 4)
    return number_text(value, digits, language=language)


def _country(code: str, language: str) -> str:
    """Name a country; its code where it is not known, as of made-up countries."""
    try:
        letters = by_iso3(code).iso_alpha2 if code else ""
    except UnknownNameError:
        letters = ""
    return str(Locale.parse(language).territories.get(letters, code))


def _travelling(live: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the script needs, its texts in the language in use."""
    kept = {name: live[name] for name in ("format", "index", "units", "scenario", "values", "check")}
    variants = [variant | {"title": told(variant["title"])} for variant in live["variants"]]
    bands = [band | {"title": told(band["title"]), "advice": told(band["advice"])} for band in live["bands"]]
    named = {name: [each | {"title": told(each["title"])} for each in live[name]] for name in ("items", "groups")}
    return {**kept, **named, "variants": variants, "bands": bands}


@cache
def _environment() -> Environment:
    names = {"alone": "index_page.html.j2", "body": "index_body.html.j2"}
    made = Environment(loader=DictLoader({name: template_text(file) for name, file in names.items()}), autoescape=True,
                       undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                       extensions=["jinja2.ext.i18n"])
    made.install_gettext_callables(_, lambda one, many, n: _(one) if n == 1 else _(many))  # type: ignore[attr-defined]
    return made


def _own(text: str) -> Markup:
    """Mark text that this package wrote, and escaped where it holds texts of others, as finished."""
    return Markup(text)  # noqa: S704 - style, script and data are our own; texts in them are escaped


def _json(value: Any) -> str:
    """Write values so that no text in them can end the script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
