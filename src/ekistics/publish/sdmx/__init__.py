"""SDMX: observations in the global SDG data structure where it has a place for them, else in our own.

``sdg_rows`` and ``own_rows`` map observations; ``sdmx_csv`` and ``sdmx_ml`` write them; ``check_against`` holds them
against a structure file; ``own_structure_message`` describes our own structure.
"""

from ekistics.publish.sdmx.areas import AreaCodes, UnmappedPlace, area_codes, read_area_mapping
from ekistics.publish.sdmx.check import Check, Finding, check_against
from ekistics.publish.sdmx.describe import STRUCTURE_MEDIA_TYPE, own_structure_message
from ekistics.publish.sdmx.rows import Left, SdgOptions, SdgRows, left_text, observations_from_own, own_rows, sdg_rows
from ekistics.publish.sdmx.structure import Structure, own_structure, sdg_structure
from ekistics.publish.sdmx.write import CSV_MEDIA_TYPE, ML_MEDIA_TYPE, sdmx_csv, sdmx_ml

__all__ = ["CSV_MEDIA_TYPE", "ML_MEDIA_TYPE", "STRUCTURE_MEDIA_TYPE", "AreaCodes", "Check", "Finding", "Left",
           "SdgOptions", "SdgRows", "Structure", "UnmappedPlace", "area_codes", "check_against", "left_text",
           "observations_from_own", "own_rows", "own_structure", "own_structure_message", "read_area_mapping",
           "sdg_rows", "sdg_structure", "sdmx_csv", "sdmx_ml"]
