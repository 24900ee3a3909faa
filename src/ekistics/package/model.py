"""What a profile package holds, as one typed value: place, run, observations, layers, checks."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.place import Place
from ekistics.core.provenance import Run
from ekistics.core.quality import QualityFlag
from ekistics.core.raster import Raster

if TYPE_CHECKING:  # the kernel takes a second to load, and most packages have nothing from people's records
    from ekistics.survey.disclosure import Disclosed

__all__ = ["SCHEMA_VERSION", "THROUGH_TIME", "Layer", "ProfilePackage"]

SCHEMA_VERSION = "1"
THROUGH_TIME = ("population", "built_up")  # themes that a package may hold at several times


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One map layer of a package: vectors or a raster.

    Parameters
    ----------
    code : str
        File stem in ``layers/``: ``boundary``, ``neighbourhoods``, ``streets``, ``stops``, ``people``, ``open_space``,
        ``degree_of_urbanisation``, ``population``, ``built_up``, ``pm25``; ``population_2000`` and the like for the
        same at an earlier time.
    title : str
        Name for people.
    frame : geopandas.GeoDataFrame, optional
        Vectors, in EPSG:4326.
    raster : Raster, optional
        Cells, in their own CRS.
    value : str
        Column (or, for rasters, the quantity) that is drawn; empty when only the shape is.
    unit_measure : str
        Unit of that column.
    note : str
        One line for the legend.
    """

    code: str
    title: str
    frame: gpd.GeoDataFrame | None = None
    raster: Raster | None = None
    value: str = ""
    unit_measure: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if (self.frame is None) == (self.raster is None):
            raise InvalidValueError(_("A layer holds either vectors or a raster."), param=self.code)

    @property
    def theme(self) -> str:
        """Give what the layer shows, whatever its time: ``population`` for ``population_2000``."""
        return next((theme for theme in THROUGH_TIME if self.code.startswith(f"{theme}_")), self.code)


@dataclass(frozen=True, slots=True, eq=False)
class ProfilePackage:
    """A city's profile before it is written, or after it was read.

    Parameters
    ----------
    place : Place
        The city.
    places : tuple of Place
        The city and its neighbourhoods; observations refer to them by ``ref_area``.
    run : Run
        What made the numbers.
    observations : pandas.DataFrame
        Rows of ``ekistics.core.observation.OBSERVATION_COLUMNS``.
    layers : tuple of Layer
        Map layers, in drawing order from below.
    checks : tuple of QualityFlag
        Quality of inputs and results.
    certificates : tuple of dict
        Conformance: for each method ``indicator``, ``cases``, ``passed``, ``source``.
    created : str
        Time of making, ISO 8601 in UTC.
    edition : str
        The package's edition for citation, e.g. ``2026-11-21``.
    indicators : tuple of IndicatorSpec
        What the observations are about: titles, units, bases and bounds travel with the numbers, so that a package
        explains itself and its values can be held against their bounds.
    disclosed : Disclosed, optional
        What disclosure control let out of people's records; needed for observations of indicators whose values come
        from there, which are then its rows and no others. A package that was read has none: it was checked before it
        was written.
    """

    place: Place
    places: tuple[Place, ...]
    run: Run
    observations: pd.DataFrame
    layers: tuple[Layer, ...]
    checks: tuple[QualityFlag, ...] = ()
    certificates: tuple[dict[str, object], ...] = field(default=())
    created: str = ""
    edition: str = ""
    indicators: tuple[IndicatorSpec, ...] = ()
    disclosed: "Disclosed | None" = None
