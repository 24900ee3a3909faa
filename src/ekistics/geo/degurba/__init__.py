"""The Degree of Urbanisation: grids and territorial units, both levels, every rule a named parameter."""

from ekistics.geo.degurba.centres import Centres, centre_frame
from ekistics.geo.degurba.classification import Classification, classify, classify_source
from ekistics.geo.degurba.codes import COLOURS, LEVEL1, LEVEL2, MISSING, NAMES, colour_table
from ekistics.geo.degurba.grids import ArrayGrids, Block, GridSource
from ekistics.geo.degurba.parameters import PRESETS, DegurbaParameters, list_parameters
from ekistics.geo.degurba.units import UNIT_NAMES, UNIT_RULES, classify_units, unit_shares

__all__ = [
    "COLOURS", "LEVEL1", "LEVEL2", "MISSING", "NAMES", "PRESETS", "UNIT_NAMES", "UNIT_RULES", "ArrayGrids", "Block",
    "Centres", "Classification", "DegurbaParameters", "GridSource", "centre_frame", "classify", "classify_source",
    "classify_units", "colour_table", "list_parameters", "unit_shares",
]
