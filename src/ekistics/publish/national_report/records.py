"""What a national report is made from: typed records that the caller has read; nothing here opens a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ekistics.core.indicator import IndicatorSpec
from ekistics.core.quality import QualityFlag
from ekistics.publish.national_report.narrative import Narrative
from ekistics.publish.records import PlaceRecord

__all__ = ["LANGUAGES", "DocumentRecord", "NationalRecords", "stated_confidence"]

LANGUAGES = ("en", "fr", "ar")  # those the report is offered in


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document that says how values were made, and where it stands.

    Parameters
    ----------
    content : mapping
        Content of ``sample.json`` or ``survey.json``.
    source, run, edition, address : str
        What an entry of the list of numbers names: the document, the run and edition of its package, its place.
    """

    content: Mapping[str, Any]
    source: str
    run: str
    edition: str = ""
    address: str = ""

    @property
    def of(self) -> dict[str, str]:
        """Give what entries name of the document."""
        return {"source": self.source, "run": self.run, "edition": self.edition, "address": self.address,
                "method": self.source}


@dataclass(frozen=True, slots=True, eq=False)
class NationalRecords:
    """Everything a national report is made from.

    Parameters
    ----------
    place : PlaceRecord
        The country.
    specs : tuple of IndicatorSpec
        Every indicator that is known, in their order; those without a national value are listed as gaps.
    rows : pandas.DataFrame
        National observations, for everybody and for groups: :data:`~ekistics.publish.records.CITED_COLUMNS`.
    earlier : pandas.DataFrame, optional
        Observations of earlier rounds, in the same columns; None where no package of an earlier round is given.
    city_rows : pandas.DataFrame, optional
        Observations of the cities, in the same columns; None where they are not given.
    cities : mapping of str to str
        Names of the cities by code.
    sample : DocumentRecord, optional
        The sample of cities.
    surveys : tuple of DocumentRecord
        The surveys of households.
    not_applicable : mapping of int to mapping
        Slots of the framework that the country states not to apply: ``reason``, ``by`` and ``day`` by number.
    narratives : tuple of Narrative
        Texts of people.
    checks : tuple of QualityFlag
        Quality of the inputs.
    confidence : mapping of str to float
        The level of confidence of the intervals by run, where it is stated: 0.95 for 95 percent.
    edition, address, publisher, language : str
        As of :class:`~ekistics.publish.records.CityRecords`.
    """

    place: PlaceRecord
    specs: tuple[IndicatorSpec, ...]
    rows: pd.DataFrame
    earlier: pd.DataFrame | None = None
    city_rows: pd.DataFrame | None = None
    cities: Mapping[str, str] = field(default_factory=dict)
    sample: DocumentRecord | None = None
    surveys: tuple[DocumentRecord, ...] = ()
    not_applicable: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    narratives: tuple[Narrative, ...] = ()
    checks: tuple[QualityFlag, ...] = ()
    confidence: Mapping[str, float] = field(default_factory=dict)
    edition: str = ""
    address: str = ""
    publisher: str = "Ekistics"
    language: str = "en"


def stated_confidence(parameters: Mapping[str, Any], survey: Mapping[str, Any] | None) -> float | None:
    """Give the level of confidence of the intervals of a run, as its survey or else its settings state it.

    Parameters
    ----------
    parameters : mapping
        Settings of the run.
    survey : mapping or None
        Content of ``survey.json``, where the run is of a survey.

    Returns
    -------
    float or None
        0.95 for 95 percent; None where it is not stated, or no level.
    """
    level = survey["design"].get("confidence") if survey else parameters.get("confidence")
    return level if isinstance(level, float) and 0 < level < 1 else None
