"""Disclosure control: what of people's records may be published as a table, and the one type that says it was checked.

:func:`control` takes a table of cells with their numbers of cases, withholds the cells that could tell about a person
and the others from which those could be worked out, holds the result against an adversary by linear programmes, and
hands out a :class:`Disclosed`. Nothing else makes one; packages and the site take nothing else. No I/O.
"""

from ekistics.survey.disclosure.control import control
from ekistics.survey.disclosure.rows import digest_rows, row_keys, row_order, told_key, withheld_mask
from ekistics.survey.disclosure.rules import DisclosureRules
from ekistics.survey.disclosure.sealed import Disclosed, is_disclosed
from ekistics.survey.disclosure.table import CASE_COLUMNS, CellTable, SeriesSum

__all__ = ["CASE_COLUMNS", "CellTable", "Disclosed", "DisclosureRules", "SeriesSum", "control", "digest_rows",
           "is_disclosed", "row_keys", "row_order", "told_key", "withheld_mask"]
