"""What the ranks of an index are worth, in words: what moves a city most, and what matters most for all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ekistics.core.i18n import _, joined
from ekistics.core.told import told
from ekistics.publish.numbers import number_text

__all__ = ["IndexWorth"]

_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class IndexWorth:
    """What trials of an index say.

    Parameters
    ----------
    tried : mapping
        The part ``uncertainty`` of ``results.json``, or ``worth`` of ``live.json``.
    titles : mapping of str to str
        Titles of items and groups by code.
    variants : mapping of str to str
        Titles of variants by code.
    ranks : mapping of str to float
        Rank of each city that has one, by code.
    language : str
        Language of numbers; that of texts is the one in use.
    """

    tried: Mapping[str, Any]
    titles: Mapping[str, str]
    variants: Mapping[str, str]
    ranks: Mapping[str, float]
    language: str = "en"

    @classmethod
    def of(cls, results: Mapping[str, Any], language: str = "en") -> "IndexWorth":
        """Take from the results of an index what its trials say.

        Parameters
        ----------
        results : mapping
            Content of ``results.json``, with the ranks tried.
        language : str
            Language of numbers.

        Returns
        -------
        IndexWorth
            What trials say.
        """
        return cls(results["uncertainty"], *_titles(results), {
            unit["code"]: unit["rank"] for unit in results["units"] if unit["rank"] is not None}, language)

    @classmethod
    def of_live(cls, live: Mapping[str, Any], language: str) -> "IndexWorth":
        """Take from the data of a live page what trials of the index say.

        Parameters
        ----------
        live : mapping
            Content of ``live.json``, with the ranks tried.
        language : str
            Language of numbers.

        Returns
        -------
        IndexWorth
            What trials say.
        """
        return cls(live["worth"], *_titles(live), {
            unit["code"]: rank for unit, rank in zip(live["units"], live["check"]["ranks"], strict=True)
            if rank is not None}, language)

    def choice_text(self, number: int) -> str:
        """Say what a single choice does otherwise.

        Parameters
        ----------
        number : int
            Its place among those that were tried.

        Returns
        -------
        str
            A phrase.
        """
        one = self.tried["choices"]["tried"][number]
        if one["kind"] == "weight":
            said = _("{percent} % more weight on {part}") if one["option"] > 1 else \
                _("{percent} % less weight on {part}")
            percent = number_text(100 * abs(one["option"] - 1), 0, language=self.language)
            return said.format(percent=percent, part=told(self.titles[one["of"]]))
        said = {"treat": _("extreme values treated as in \"{variant}\""),
                "standardise": _("values turned into points as in \"{variant}\""),
                "aggregate": _("values put together as in \"{variant}\"")}[one["of"]]
        return said.format(variant=told(self.variants[one["variant"]]))

    def of_city(self, unit: str) -> tuple[str, ...]:
        """Say which single choice moves a city most, and which part would, were it left out.

        Parameters
        ----------
        unit : str
            Code of the city.

        Returns
        -------
        tuple of str
            Two sentences; without one that was not tried, empty where the city has no rank.
        """
        said = (self._moved_most(unit), self._leans_on(unit)) if unit in self.ranks else ()
        return tuple(text for text in said if text)

    def _moved_most(self, unit: str) -> str:
        if "choices" not in self.tried:
            return ""
        found = self.tried["choices"]["units"][unit]
        if found is None:
            return _("No single choice moves it from its place.")
        return _("The single choice that moves it most: {choice}. It would then have place {rank} of {count}.").format(
            choice=self.choice_text(found["choice"]), rank=self._place(found["rank"]),
            count=self._place(len(self.ranks)))

    def _leans_on(self, unit: str) -> str:
        left = self.tried.get("without", {})
        if not left.get("parts"):
            return ""
        own, ranks = self.ranks[unit], left["units"][unit]
        places = [own if each is None else each for each in ranks]  # no place without a part is no move
        rank, part = max(zip(places, left["parts"], strict=True), key=lambda pair: abs(pair[0] - own))
        if rank == own:
            return _("It keeps its place whichever part of the index is left out.")
        return _("The part that its place depends on most: {part}. Without it, its place would be {rank} of "
                 "{count}.").format(part=told(self.titles[part["of"]]), rank=self._place(rank),
                                  count=self._place(len(self.ranks)))

    def decisive(self) -> str:
        """Say which uncertain input matters most for all ranks.

        Returns
        -------
        str
            One sentence, or two where trials do not tell it from others; empty where that was not tried.
        """
        inputs = self.tried.get("sobol", {}).get("inputs", [])
        if not inputs:
            return ""
        known = sorted((each for each in inputs if each["total"] is not None), key=lambda each: -each["total"])
        if not known or known[0]["total"] < _NEAR:
            return "" if self.tried["mean_rank_shift"] else _("None of what is uncertain moves ranks.")
        first, *rest = known
        said = _("What matters most for all ranks: {input}. It makes {share} % of the difference between trials, "
                 "alone or together with the rest.").format(input=self.input_text(first),
                                                             share=self._percent(first["total"]))
        near = [self.input_text(each) for each in rest if each["total_interval"][1] >= first["total_interval"][0]]
        if not near:
            return said
        also = _("The trials are too few to tell it from: {inputs}.").format(inputs=joined(near))
        return f"{said} {also}"

    def input_text(self, one: Mapping[str, Any]) -> str:
        """Name an uncertain input.

        Parameters
        ----------
        one : mapping
            Its entry among the Sobol' indices.

        Returns
        -------
        str
            A phrase.
        """
        return {"weights": _("other weights"), "observations": _("errors in the values"),
                "treat": _("other ways to treat extreme values"),
                "standardise": _("other ways to turn values into points"),
                "aggregate": _("other ways to put the values together")}[one["of"]]

    def shares_note(self) -> str:
        """Say how to read the rows of inputs.

        Returns
        -------
        str
            Two sentences; empty where there are no rows.
        """
        return _("In brackets is what 9 of 10 repeated estimates give. What inputs do together counts for each of "
                 "them.") if self.input_rows() else ""

    def input_rows(self) -> list[tuple[str, str, str]]:
        """Give what each input does to ranks, in percent with intervals.

        Returns
        -------
        list of (str, str, str)
            Its name, what it does alone, and what it does with the rest.
        """
        return [(self.input_text(each), *(self._ranged(each[name], each[f"{name}_interval"])
                                          for name in ("first", "total")))
                for each in self.tried.get("sobol", {}).get("inputs", [])]

    def part_rows(self, names: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
        """Give what each part does to ranks when it is left out.

        Parameters
        ----------
        names : mapping of str to str
            Names of cities by code.

        Returns
        -------
        list of (str, str, str, str)
            Its title, the mean change of place, the largest one, and the city that it moves so far.
        """
        rows = []
        for each in self.tried.get("without", {}).get("parts", []):
            largest, mean = each["largest"], each["mean_shift"]
            far = 0 if largest is None else int(abs(largest["to"] - largest["from"]))
            rows.append((told(self.titles[each["of"]]),
                         "" if mean is None else number_text(mean, 1, language=self.language),
                         number_text(far, 0, language=self.language), names[largest["unit"]] if far else ""))
        return rows

    def city_rows(self, names: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
        """Give of each city, by rank, the single choice that moves it most.

        Parameters
        ----------
        names : mapping of str to str
            Names of cities by code.

        Returns
        -------
        list of (str, str, str, str)
            Rank, name, the choice, and the rank under it; the last two a dash where none moves it.
        """
        found = self.tried.get("choices", {}).get("units", {})
        rows = []
        for unit in sorted(self.ranks, key=lambda unit: self.ranks[unit]) if found else []:
            most = found[unit]
            then = ("-", "-") if most is None else (self.choice_text(most["choice"]), self._place(most["rank"]))
            rows.append((self._place(self.ranks[unit]), names[unit], *then))
        return rows

    def _ranged(self, value: float | None, ends: list[float | None]) -> str:
        if value is None:
            return ""
        texts = [self._percent(value), *(self._percent(end or 0.0) for end in ends)]
        return _("{value} ({low} to {high})").format(**dict(zip(("value", "low", "high"), texts, strict=True)))

    def _place(self, rank: float) -> str:
        return number_text(rank, 0, language=self.language)

    def _percent(self, share: float) -> str:
        """Write a share; an estimate may come out below none or above all, which no reader can use."""
        return number_text(100 * min(max(share, 0.0), 1.0), 0, language=self.language)


def _titles(named: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Give titles of items and groups, and those of variants, by code."""
    parts, variants = ({each["code"]: each["title"] for each in listed} for listed in (
        (*named["items"], *named["groups"]), named["variants"]))
    return parts, variants
