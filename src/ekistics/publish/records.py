"""What a report is made from: typed records that the caller has queried; nothing here opens a database."""

from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.core.quality import QualityFlag

__all__ = ["CITED_COLUMNS", "CityRecords", "ComparisonRecords", "Framed", "PlaceRecord", "checked_rows", "cited_rows"]

CITED_COLUMNS = (*OBSERVATION_COLUMNS, "edition", "source", "address")


class Framed(Protocol):
    """What the frame of any report is made of: edition, address, publisher and language of its records."""

    @property
    def edition(self) -> str: ...  # noqa: D102
    @property
    def address(self) -> str: ...  # noqa: D102
    @property
    def publisher(self) -> str: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place as a report names it.

    Parameters
    ----------
    code : str
        Stable code; the ``ref_area`` of its observations.
    name : str
        Name in the language of the report.
    kind : str
        One of ``ekistics.core.place.KINDS``.
    country : str
        ISO 3166-1 alpha-3 code; empty where it is not known.
    """

    code: str
    name: str
    kind: str = "city"
    country: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CityRecords:
    """Everything a city brief is made from.

    Parameters
    ----------
    place : PlaceRecord
        The city.
    specs : tuple of IndicatorSpec
        Indicators in the order of the brief.
    rows : pandas.DataFrame
        Observations of the city and its neighbourhoods: :data:`CITED_COLUMNS`.
    places : tuple of PlaceRecord
        Its neighbourhoods.
    peers : tuple of PlaceRecord
        Places it is compared with.
    peer_rows : pandas.DataFrame, optional
        Their observations: :data:`CITED_COLUMNS`.
    peer_group : str
        Who the peers are, in words, e.g. "cities of Ghana".
    checks : tuple of QualityFlag
        Quality of inputs and results.
    edition : str
        Edition of the data, an ISO date.
    address : str
        Stable address of the brief.
    publisher : str
        Who publishes it.
    language : str
        Language of texts, numbers and dates.
    """

    place: PlaceRecord
    specs: tuple[IndicatorSpec, ...]
    rows: pd.DataFrame
    places: tuple[PlaceRecord, ...] = ()
    peers: tuple[PlaceRecord, ...] = ()
    peer_rows: pd.DataFrame | None = None
    peer_group: str = ""
    checks: tuple[QualityFlag, ...] = ()
    edition: str = ""
    address: str = ""
    publisher: str = "Ekistics"
    language: str = "en"


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonRecords:
    """Everything a comparison report is made from: places x indicators x periods.

    Parameters
    ----------
    places : tuple of PlaceRecord
        The places that were chosen, in the reader's order.
    specs : tuple of IndicatorSpec
        The indicators that were chosen; the headline series of each is compared.
    rows : pandas.DataFrame
        Their observations: :data:`CITED_COLUMNS`.
    periods : tuple of str
        Time periods that were chosen; empty for the newest of each place.
    edition, address, publisher, language : str
        As of :class:`CityRecords`.
    """

    places: tuple[PlaceRecord, ...]
    specs: tuple[IndicatorSpec, ...]
    rows: pd.DataFrame
    periods: tuple[str, ...] = ()
    edition: str = ""
    address: str = ""
    publisher: str = "Ekistics"
    language: str = "en"


def cited_rows(observations: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Add what a citation needs to observations.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows of ``OBSERVATION_COLUMNS``.
    **columns : str or pandas.Series
        ``edition``, ``source`` and ``address``.

    Returns
    -------
    pandas.DataFrame
        Rows of :data:`CITED_COLUMNS`.
    """
    return checked_rows(observations.assign(**columns))


def checked_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Hold a frame against the columns of a citation.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations.

    Returns
    -------
    pandas.DataFrame
        The same frame.

    Raises
    ------
    InputFormatError
        A column is missing: a number without it could not be cited.
    """
    missing = [name for name in CITED_COLUMNS if name not in rows.columns]
    if missing:
        raise InputFormatError(_("These observations cannot be cited: columns are missing."), param="rows",
                               expected=", ".join(CITED_COLUMNS), got=", ".join(rows.columns),
                               hint=_("Add {columns}.").format(columns=", ".join(missing)))
    return rows
