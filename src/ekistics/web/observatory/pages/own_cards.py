"""The cards of a place, each with run, quality and certificates of the editions that its values come from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.cards import cards
from ekistics.publish.content import Card, Fact
from ekistics.web.observatory.frames import Row
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.records import CityRecord, made_by

__all__ = ["own_cards"]


def own_cards(record: CityRecord, specs: Mapping[str, IndicatorSpec], rows: Sequence[Row], *,
              language: str) -> tuple[Card, ...]:
    """Make the card of every indicator; how it was computed is told by the editions of the values that it shows.

    Parameters
    ----------
    record : CityRecord
        The place, whose profile is that of the edition that leads.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : sequence of Row
        The newest rows.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of Card
        The cards, in the order of the specifications; the database is asked only where a value comes from an edition
        of another place.
    """
    made = cards(record.profile, specs, rows, language=language)
    leading = record.edition.pk if record.edition is not None else None
    sources = {card.code: list(dict.fromkeys(record.rows[f.row].edition for f in card.figures)) or [leading]
               for card in made}
    again: dict[int, dict[str, Card]] = {}
    for pk, edition in _editions(record, {pk for found in sources.values() for pk in found if pk is not None}).items():
        wanted = {code: spec for code, spec in specs.items() if pk in sources.get(code, ())}
        if pk != leading and wanted:
            own = cards(made_by(record.profile, edition), wanted, rows, language=language)
            again[pk] = {card.code: card for card in own}
    return tuple(_joined([card if pk is None else again.get(pk, {}).get(card.code, card) for pk in sources[card.code]])
                 for card in made)


def _editions(record: CityRecord, wanted: Collection[int]) -> dict[int, Edition]:
    """Give editions by key: those of the place are known, the others are asked for."""
    known = {e.pk: e for e in record.editions if e.pk in wanted}
    left = [pk for pk in wanted if pk not in known]
    return known | (Edition.objects.in_bulk(left) if left else {})


def _joined(same: Sequence[Card]) -> Card:
    """Join what cards of one indicator say of the editions that its values come from."""
    if len(same) == 1:
        return same[0]
    how: dict[str, list[Fact]] = {}
    for fact in (fact for card in same for fact in card.how):
        how.setdefault(fact.term, []).append(fact)
    flags = tuple(dict.fromkeys(flag for card in same for flag in card.flags))
    return replace(same[0], flags=flags, how=tuple(_fact(facts) for facts in how.values()))


def _fact(same: Iterable[Fact]) -> Fact:
    """Give one fact for several of one term: what differs is listed."""
    found = list(dict.fromkeys(same))
    if len(found) == 1:
        return found[0]
    lines = dict.fromkeys(line for fact in found for line in ((fact.text,) if fact.text else ()) + fact.items)
    return Fact(found[0].term, items=tuple(lines))
