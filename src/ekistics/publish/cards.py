"""Indicator cards: the headline figures, their variants, the quality of what they rest on, and how they were made."""

from collections.abc import Mapping, Sequence
from typing import Any

from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.provenance import Provenance
from ekistics.core.quality import QualityFlag
from ekistics.core.told import told
from ekistics.package.model import ProfilePackage
from ekistics.publish.content import Card, Fact, Figure, Flag
from ekistics.publish.figures import Rows, default_of, figure, grouped, headline_of
from ekistics.publish.method import flattened, parameter_sentences
from ekistics.publish.numbers import period_text, value_text

__all__ = ["cards", "flag"]

STATUS_WORDS = {"good": N_("good"), "warn": N_("take care"), "bad": N_("weak"), "info": N_("for information")}


def cards(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: Sequence[Any], *,
          language: str) -> tuple[Card, ...]:
    """Make the card of every indicator that the package has rows of, in the order of the specifications.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : sequence of namedtuple
        Observations from :func:`~ekistics.publish.figures.newest_rows`.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of Card
        The cards.
    """
    rows_by = grouped(row for row in rows if row.ref_area == package.place.code)
    parameters = flattened(package.run.parameters)
    return tuple(_card(spec, rows_by[spec.code], package, parameters, language)
                 for spec in specs.values() if spec.code in rows_by)


def _card(spec: IndicatorSpec, rows: Rows, package: ProfilePackage, parameters: Mapping[str, Any],
          language: str) -> Card:
    shown = [s.code for s in headline_of(spec, rows)]
    figures, others = _figures(spec, rows, shown, language)
    more, _other = _figures(spec, rows, [s.code for s in spec.series if s.code not in shown], language)
    flags = tuple(flag(f, language=language) for f in package.checks if spec.code in f.indicators)
    return Card(spec.code, spec.number, _(spec.title), _(spec.question), tuple(figures), tuple(others), tuple(more),
                flags, _how(spec, package, parameters, figures, language))


def _figures(spec: IndicatorSpec, rows: Rows, series: list[str],
             language: str) -> tuple[list[Figure], list[Figure]]:
    """Give the default figure of each series, and those of the further variants."""
    figures: list[Figure] = []
    others: list[Figure] = []
    for code in series:
        found = _in_order(spec, code, rows.get(code, []))
        first = default_of(spec, code, [row.variant for row in found])
        for row in found:
            default = row.variant == first
            (figures if default else others).append(figure(row, spec, language=language, default=default))
    return figures, others


def _in_order(spec: IndicatorSpec, series: str, rows: list[Any]) -> list[Any]:
    """Order rows by variant as the specification does; unknown variants go last in their own order."""
    if len(rows) < 2:
        return rows
    rank = {v.code: i for i, v in enumerate(spec.variants_of(series))}
    return sorted(rows, key=lambda row: rank.get(row.variant, len(rank)))


def flag(check: QualityFlag, *, language: str) -> Flag:
    """Write a quality flag out.

    Parameters
    ----------
    check : QualityFlag
        The flag.
    language : str
        Language of the number.

    Returns
    -------
    Flag
        The flag in words.
    """
    text = _("not measured") if check.value is None else value_text(check.value, check.unit_measure, language=language)
    return Flag(told(check.title), text, check.status, _(STATUS_WORDS[check.status]), told(check.note))


def _how(spec: IndicatorSpec, package: ProfilePackage, parameters: Mapping[str, Any], figures: list[Figure],
         language: str) -> tuple[Fact, ...]:
    inputs = [p for p in package.run.inputs if p.role in spec.inputs or p.role.split(":")[0] in spec.inputs]
    facts = [Fact(_("Definition"), _(spec.definition)),
             Fact(_("Method"), str(spec.method)),
             Fact(_("Made of"), items=tuple(f"{f.label}: {f.of}" for f in figures if f.of)),
             Fact(_("Parameters"), items=parameter_sentences(parameters, spec.code, language=language)),
             Fact(_("Inputs"), items=tuple(input_line(p, language=language) for p in inputs)),
             Fact(_("Certificate"), items=tuple(_certified(c) for c in package.certificates
                                                if c.get("indicator") == spec.code)),
             Fact(_("Run"), package.run.id if package.run.code_version else "", code=True)]  # none of an upload
    if spec.source:
        facts.insert(2, Fact(_("Where to read it"), spec.source))
    return tuple(f for f in facts if f.text or f.items)


def input_line(source: Provenance, *, language: str) -> str:
    """Write an input in one line: file, time and checksum.

    Parameters
    ----------
    source : Provenance
        The input.
    language : str
        Language of dates.

    Returns
    -------
    str
        The line.
    """
    when = period_text(source.time_period, language=language)
    return _("{name} ({when}), SHA-256 {digest}").format(name=source.name, when=when, digest=source.sha256[:16])


def _certified(certificate: dict[str, object]) -> str:
    return _("{passed} of {cases} cases computed outside this program agree ({source}).").format(
        passed=certificate.get("passed"), cases=certificate.get("cases"), source=certificate.get("source"))
