"""Titles of frameworks come from a table: each must be marked for translation."""

from ekistics.core.frameworks import nua_framework, umf_grid
from ekistics.publish.framework_words import TITLES


def test_every_title_of_the_table_is_marked_and_no_other() -> None:
    held = nua_framework()
    titles = {held.title, *held.parts.values(), *(c.title for c in held.categories),
              *(name for c in held.categories for name in c.subcategories),
              *(slot.title for slot in held.slots if slot.retrieved)}
    grid = umf_grid()
    titles |= {grid.title, grid.tags_note, *grid.domains.values(), *grid.objectives.values()}
    assert titles == TITLES
