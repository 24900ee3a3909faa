"""What an index says of one city, in sentences: its score and rank, what makes them, what it would take to move up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor, isfinite, log10
from typing import Any

import numpy as np

from ekistics.composite import Index
from ekistics.composite.explain import Explanation, Part, explain, needs
from ekistics.composite.log import Screened
from ekistics.composite.reach import Need
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _, joined
from ekistics.core.told import told
from ekistics.instruments.indices import IndexDefinition
from ekistics.publish.index_gaps import gaps_text, some_text
from ekistics.publish.index_worth import IndexWorth
from ekistics.publish.numbers import number_text

__all__ = ["IndexCity", "city_sentences"]

_FEW, _MANY = 3, 8  # parts and items that a sentence names; known values that are listed
_STEP = 0.05  # of the cities: so far up the list one looks; a single place is often nothing
_BEST, _PASSED = 0.1, 0.5  # a realistic step ends where this share of cities is, and passes at most that share
_LEAST = 0.05  # points: less is not told
_MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class IndexCity:
    """A city in a built index.

    Parameters
    ----------
    definition : IndexDefinition
        The index.
    indices : mapping of str to Index
        The index as defined by the empty code, and its variants by theirs.
    code : str
        Code of the city.
    names : mapping of str to str
        Names of all cities by code.
    uncertainty : mapping, optional
        What ``results.json`` says of the replicates; none where ranks were not tried.
    against : str
        Code of a city that it is held against; the middle of all where empty.
    language : str
        Language of the numbers.
    """

    definition: IndexDefinition
    indices: Mapping[str, Index]
    code: str
    names: Mapping[str, str]
    uncertainty: Mapping[str, Any] = field(default_factory=dict)
    against: str = ""
    language: str = "en"

    @property
    def index(self) -> Index:
        """Give the index as it is defined."""
        return self.indices[""]

    @property
    def row(self) -> int:
        """Give the place of the city among all."""
        return list(self.index.data.units).index(self.code)

    @property
    def name(self) -> str:
        """Give its name."""
        return self.names[self.code]

    def title(self, code: str) -> str:
        """Give the name of an item or group."""
        titles = {each.code: each.title for each in (*self.definition.items, *self.definition.groups)}
        return told(titles[code])

    def points(self, value: float) -> str:
        """Write points."""
        return number_text(value, 1, language=self.language)

    def whole(self, value: float) -> str:
        """Write a place or a count."""
        return number_text(float(value), 0, language=self.language)

    def value(self, code: str, value: float, digits: int | None = None) -> str:
        """Write a raw value of an item with its unit."""
        unit = next(item.unit for item in self.definition.items if item.code == code)
        shown = number_text(value, _digits(value) if digits is None else digits, language=self.language)
        return f"{shown} {told(unit)}" if unit else shown


def city_sentences(city: IndexCity) -> tuple[str, ...]:
    """Say what an index says of a city.

    Parameters
    ----------
    city : IndexCity
        The city.

    Returns
    -------
    tuple of str
        Sentences that stand by themselves, the most important first. Of a city without a score they say what is
        missing, and no number of them is a score.
    """
    if not isfinite(float(city.index.total[city.row])):
        return tuple(_incomplete(city))
    found = [_standing(city), _gaps(city), _sureness(city), *_moved(city)]
    try:
        explained = explain(city.index, city.code, city.against or None)
    except InvalidValueError as error:  # an index that counts pairs of cities has no parts
        return (*(text for text in found if text), str(error.message))
    found += [_best_and_worst(city, explained), _distance(city, explained), _values(city, explained), _next(city),
              _otherwise(city), _doubtful(city)]
    return tuple(text for text in found if text)


def _standing(city: IndexCity) -> str:
    score = float(city.index.total[city.row])
    text = _("{city} has {score} points of 100 in the index \"{index}\". That is place {rank} of {count}.").format(
        city=city.name, score=city.points(score), index=told(city.definition.title),
        rank=city.whole(city.index.ranks[city.row]), count=city.whole(np.isfinite(city.index.ranks).sum()))
    band = city.definition.band_of(score)
    if band is None:
        return text
    said = _("The index calls this \"{band}\" and advises: {advice}.") if band.advice else \
        _("The index calls this \"{band}\".")
    return f"{text} {said.format(band=told(band.title), advice=told(band.advice))}"


def _gaps(city: IndexCity) -> str:
    """Say what is missing in its score, and which parts do not count; of what lies below such a part nothing more."""
    index = city.index
    missing = np.flatnonzero(np.isnan(index.treated[city.row]))
    if not missing.size:
        return ""
    scores = {group.code: float(score) for group, score in zip(index.structure.groups, index.scores[city.row],
                                                               strict=True)}
    unscored = [city.title(group.code) for group in index.structure.groups
                if not isfinite(scores[group.code]) and isfinite(scores[group.parent])]
    said = gaps_text([city.title(index.structure.items[i].code) for i in missing], len(index.structure.items), unscored)
    return f"{said} {_covered(city)}"


def _covered(city: IndexCity) -> str:
    return _("What is known covers {share} % of the index by weight.").format(
        share=number_text(100 * float(city.index.coverage[city.row, -1]), 0, language=city.language))


def _sureness(city: IndexCity) -> str:
    """Say how far the rank may be off, and by what."""
    if not city.uncertainty:
        return _("How sure this place is has not been tried yet.")
    low, high = city.uncertainty["units"][city.code]["rank"]
    kinds = {each["kind"] for each in city.uncertainty["inputs"]}
    why = [text for kind, text in (("weights", _("other weights")), ("observations", _("errors in the values")),
                                   ("choice", _("other ways to put the values together"))) if kind in kinds]
    if low == high:
        return _("The place is firm: it stays the same in 9 of 10 trials with {reasons}.").format(reasons=_listed(why))
    return _("The place is not exact: in 9 of 10 trials with {reasons} it lies between {low} and {high}.").format(
        reasons=_listed(why), low=city.whole(low), high=city.whole(high))


def _moved(city: IndexCity) -> tuple[str, ...]:
    """Say which single choice, and which part left out, moves it most."""
    definition, index = city.definition, city.index
    ranks = {unit: rank for unit, rank in zip(index.data.units, index.ranks.tolist(), strict=True) if isfinite(rank)}
    worth = IndexWorth(city.uncertainty, {each.code: each.title for each in (*definition.items, *definition.groups)},
                       {each.code: each.title for each in definition.variant}, ranks, city.language)
    return worth.of_city(city.code)


def _best_and_worst(city: IndexCity, explained: Explanation) -> str:
    parts = [part for part in explained.below(city.index.structure.root) if isfinite(part.score)]
    if len(parts) < 2:  # noqa: PLR2004 - one part is both the best and the worst
        return ""
    ordered = sorted(parts, key=lambda part: -part.score)
    return _("Its best part is {best} ({best_points} points), its weakest is {worst} ({worst_points} points).").format(
        best=city.title(ordered[0].code), best_points=city.points(ordered[0].score),
        worst=city.title(ordered[-1].code), worst_points=city.points(ordered[-1].score))


def _distance(city: IndexCity, explained: Explanation) -> str:
    """Say how far it is from the middle, or from another city, and which parts carry that."""
    whole = explained.parts[0]
    if not isfinite(whole.distance):
        return ""
    lifts = _carried(city, explained.strongest(_FEW, items=False))
    pulls = _carried(city, explained.weakest(_FEW, items=False))
    sentences = [_apart(city, whole.distance)]
    if lifts:
        sentences.append(_("What lifts it: {parts}.").format(parts=lifts))
    if pulls:
        sentences.append(_("What holds it back: {parts}.").format(parts=pulls))
    return " ".join(sentences)


def _apart(city: IndexCity, distance: float) -> str:
    points = city.points(abs(distance))
    if city.against:
        said = _("That is {points} points more than {city} has.") if distance >= 0 else \
            _("That is {points} points less than {city} has.")
        return said.format(points=points, city=city.names[city.against])
    said = _("That is {points} points more than a made-up city with the median score in every single item would "
             "have.") if distance >= 0 else \
        _("That is {points} points less than a made-up city with the median score in every single item would have.")
    return said.format(points=points)


def _carried(city: IndexCity, parts: Iterable[Part]) -> str:
    return joined([_("{part} ({points} points)").format(
        part=city.title(part.code), points=f"{'+' if part.distance > 0 else '-'}{city.points(abs(part.distance))}")
        for part in parts if abs(part.distance) >= _LEAST])


def _values(city: IndexCity, explained: Explanation) -> str:
    """Name the single values that cost most, with what the others have."""
    parts = [part for part in explained.weakest(_FEW) if abs(part.distance) >= _LEAST]
    if not parts:
        return ""
    one = _("{item}, {value}, gets {score} points where {other} gets {reference}") if city.against else \
        _("{item}, {value}, gets {score} points where the median of all cities is {reference}")
    said = [one.format(
        item=city.title(part.code), value=city.value(part.code, _raw(city, part.code)), score=city.points(part.score),
        other=city.names.get(city.against, ""), reference=city.points(part.reference)) for part in parts]
    return _("The values that cost it most: {values}.").format(values="; ".join(said))


def _raw(city: IndexCity, code: str) -> float:
    return float(city.index.treated[city.row, city.index.structure.place(code)])


def _next(city: IndexCity) -> str:
    """Say what a twentieth of the list further up asks for, by one value alone; else what the next place does."""
    ranks, rank = city.index.ranks, int(city.index.ranks[city.row])
    if rank == 1:
        return _("No city stands above it.")
    wanted = max(1, rank - max(1, round(int(np.isfinite(ranks).sum()) * _STEP)))
    further, nearest = (int(np.nanmax(np.where(ranks <= end, ranks, np.nan))) for end in (wanted, rank - 1))
    for target in dict.fromkeys((further, nearest)):
        try:
            near = _near(city, rank - target)
        except InvalidValueError:  # of a mean with a penalty nothing can be said of one value alone
            return ""
        steps = [need for need in near if isfinite(need.needed_value)][:_FEW]
        if near and not steps:  # scores by rank or spread, of which no raw value can be told
            return ""
        if steps:
            texts = [_step(city, need.code, need.value, need.needed_value) for need in steps]
            return _("To come up to place {target}, one of these alone would do: {steps}.").format(
                target=city.whole(target), steps="; ".join(texts))
    return _("No single realistic step brings it up even to place {target}, the next above it: one value alone would "
             "have to pass half of all cities, or reach what fewer than one city in ten has.").format(
        target=city.whole(nearest))


def _near(city: IndexCity, places: int) -> list[Need]:
    """Give the realistic steps to a place so many further up; doubtful benchmarks give no advice."""
    doubtful = {item.code for item in city.definition.items if item.status == "doubtful"}
    return [need for need in needs(city.index, city.code, places)
            if need.is_item and need.code not in doubtful and _realistic(city, need)]


def _realistic(city: IndexCity, need: Need) -> bool:
    """Tell whether a city can be asked for a step.

    At least a tenth of the cities are already where it ends, and it passes at most half of them. A step beyond is a
    number that solves an equation, such as a thousand thefts that become thirty.
    """
    if not need.reachable or need.needed <= need.score:
        return False
    known = city.index.of(need.code)
    known = known[np.isfinite(known)]
    there = np.mean(known >= need.needed)
    passed = np.mean((known > need.score) & (known < need.needed))
    return bool(there >= _BEST and passed <= _PASSED)


def _step(city: IndexCity, code: str, now: float, needed: float) -> str:
    """Write a value and the one that is needed with as many digits as tell them apart."""
    start = max(_digits(now), _digits(needed))
    digits = next((count for count in range(start, _MOST_DIGITS) if round(now, count) != round(needed, count)),
                  _MOST_DIGITS)
    return _("{item} from {now} to {needed}").format(item=city.title(code), needed=city.value(code, needed, digits),
                                                     now=number_text(now, digits, language=city.language))


def _otherwise(city: IndexCity) -> str:
    """Say where the variants of the index put it."""
    rank = int(city.index.ranks[city.row])
    moved = [_("place {rank} of {count} by \"{variant}\"").format(
        rank=city.whole(other), count=city.whole(np.isfinite(city.indices[variant.code].ranks).sum()),
        variant=told(variant.title))
             for variant in city.definition.variant
             if isfinite(other := float(city.indices[variant.code].ranks[city.row])) and int(other) != rank]
    if not moved:
        return _("The index's other ways of counting leave it at the same place.") if city.definition.variant else ""
    return _("Counted in other ways it has {places}.").format(places=_listed(moved))


def _doubtful(city: IndexCity) -> str:
    titles = [told(item.title) for item in city.definition.items if item.status == "doubtful"
              and isfinite(float(city.index.of(item.code)[city.row]))]
    if not titles:
        return ""
    return _("Take with care: {count} of its {all} values are scored by doubtful benchmarks ({titles}).").format(
        count=len(titles), all=int(np.isfinite(city.index.standardised[city.row]).sum()), titles=some_text(titles))


def _incomplete(city: IndexCity) -> list[str]:
    """Say of a city without a score what is missing, what is known, and which parts are whole all the same."""
    index, items = city.index, city.definition.items
    if any(isinstance(entry, Screened) and entry.out[city.row] for entry in index.log):
        return [_screened(city)]
    here = np.isfinite(index.treated[city.row])
    missing = [told(item.title) for item, known in zip(items, here, strict=True) if not known]
    known = [_("{item}, {value}, {points} points").format(
        item=told(item.title), value=city.value(item.code, _raw(city, item.code)),
        points=city.points(float(index.of(item.code)[city.row]))) for item in (items[i] for i in np.flatnonzero(here))]
    whole = [_("{part} ({points} points)").format(part=city.title(group.code), points=city.points(score))
             for group, score in zip(index.structure.groups, index.scores[city.row].tolist(), strict=True)
             if isfinite(score)]
    found = [_("{city} has no score in the index \"{index}\", because values are missing: {count} of {all}. A missing "
               "value is not taken for zero, and none was filled in.").format(
        city=city.name, index=told(city.definition.title), all=len(items), count=len(missing)),
        _("Missing: {titles}.").format(titles=some_text(missing)),
        _covered(city)]
    if known and len(known) <= _MANY:
        found.append(_("Known: {values}.").format(values="; ".join(known)))
    found.append(_("These parts have a score all the same: {parts}.").format(parts=some_text(whole)) if whole else
                 _("No part of the index has a score."))
    return found


def _screened(city: IndexCity) -> str:
    """Say of a city that the index leaves out why it does; its values may all be known."""
    known = np.isfinite(city.index.data.values[city.row])
    return _("{city} has no score in the index \"{index}\", which leaves out cities of which too few values are known "
             "or too many are zero. Known: {known} of {all}.").format(
        city=city.name, index=told(city.definition.title), known=int(known.sum()), all=known.size)


def _listed(texts: Sequence[str]) -> str:
    """List texts with an "and" before the last."""
    if len(texts) < 2:  # noqa: PLR2004 - one needs no "and"
        return "".join(texts)
    return _("{first} and {last}").format(first=joined(texts[:-1]), last=texts[-1])


def _digits(value: float) -> int:
    """Give the digits after the point that leave three in all, without zeros at the end; whole numbers stay whole."""
    if value == 0 or not isfinite(value):
        return 0
    most = int(np.clip(2 - floor(log10(abs(value))), 0, _MOST_DIGITS))
    return next(count for count in range(most + 1) if round(value, count) == round(value, most))
