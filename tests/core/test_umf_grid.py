"""The Urban Monitoring Framework as a grid of tags: 5 by 4, every indicator of ours in one cell, three states."""

import pytest

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.frameworks import CellState, _grid, cell_state, umf_grid
from ekistics.indicators import specs


def plain(*tags):
    return {"code": "g", "title": "G", "edition": "1", "source": "", "tags_note": "",
            "domains": [{"code": "a", "title": "A"}, {"code": "b", "title": "B"}],
            "objectives": [{"code": "x", "title": "X"}],
            "tags": [dict(zip(("indicator", "domain", "objective"), tag, strict=True)) for tag in tags]}


def test_it_has_five_domains_by_four_objectives_and_no_cell_twice():
    grid = umf_grid()
    assert (len(grid.domains), len(grid.objectives)) == (5, 4)
    assert [cell.code for cell in grid.cells] == [f"{d}.{o}" for d in grid.domains for o in grid.objectives]


def test_every_indicator_of_ours_stands_in_one_cell_and_no_other_does():
    placed = [code for cell in umf_grid().cells for code in cell.indicators]
    assert sorted(placed) == sorted(spec.code for spec in specs())


def test_a_value_populates_a_cell_and_only_people_make_one_not_applicable():
    cell, empty = (next(c for c in _grid(plain(("one", "a", "x"))).cells if c.domain == d) for d in "ab")
    assert cell_state(cell, ["one"]) is CellState.POPULATED
    assert cell_state(cell, ["two"]) is CellState.NOT_MEASURED
    assert cell_state(cell, [], not_applicable=["a.x"]) is CellState.NOT_APPLICABLE
    assert cell_state(cell, ["one"], not_applicable=["a.x"]) is CellState.POPULATED  # what is measured exists
    assert cell_state(empty, ["one"]) is CellState.NOT_MEASURED


def test_a_tag_in_two_cells_or_of_an_unknown_domain_is_refused():
    with pytest.raises(ConfigurationError, match="two cells"):
        _grid(plain(("one", "a", "x"), ("one", "b", "x")))
    with pytest.raises(UnknownNameError, match="There is no domain 'c'"):
        _grid(plain(("one", "c", "x")))
