# mypy: disable-error-code="no-untyped-def,assignment,no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202, C901, PLR0913 - numba takes types from the call; a hot loop is one function
"""Compiled: edges and gaps of urban centres on a sparse set of cells, so that no raster of numbers is needed.

The centre of a cell is looked up in a hash table with open addressing; whether a cell is in a centre at all is read
from the working bytes.
"""

import numpy as np
from numba import njit

from ekistics.geo.degurba.codes import CENTRE, CENTRE_1

__all__ = ["candidates", "empty_table", "find_pockets", "holes_of_centres", "paint_cells", "put_all", "votes"]

_MARK = 64
_CENTRE_BITS = CENTRE | CENTRE_1 << 4


@njit(cache=True, nogil=True)
def empty_table(size):
    """Make a hash table for at least ``size`` cells.

    Parameters
    ----------
    size : int
        Cells to hold.

    Returns
    -------
    tuple of numpy.ndarray
        Cells (-1 where free) and their centres.
    """
    capacity = 1024
    while capacity < 2 * size:
        capacity *= 2
    return np.full(capacity, -1, np.int64), np.zeros(capacity, np.int32)


@njit(cache=True, nogil=True, inline="always")
def _slot(table, cell):
    last = len(table) - 1
    i = ((cell >> 3) * 2654435761 + (cell & 7)) & last
    while table[i] != -1 and table[i] != cell:
        i = (i + 1) & last
    return i


@njit(cache=True, nogil=True)
def put_all(table, centres, cells, owner):
    """Enter cells into a hash table.

    Parameters
    ----------
    table, centres : numpy.ndarray
        The table, large enough.
    cells : numpy.ndarray of int64
        Flat numbers.
    owner : numpy.ndarray of int32
        Their centres.
    """
    for k in range(len(cells)):
        i = _slot(table, cells[k])
        table[i] = cells[k]
        centres[i] = owner[k]


@njit(cache=True, nogil=True)
def paint_cells(byte, cells):
    """Paint cells as parts of a centre.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes.
    cells : numpy.ndarray of int64
        Flat numbers.

    Returns
    -------
    numpy.ndarray of uint8
        The bytes that stood there.
    """
    width = byte.shape[1]
    old = np.empty(len(cells), np.uint8)
    for k in range(len(cells)):
        row, column = cells[k] // width, cells[k] % width
        old[k] = byte[row, column]
        byte[row, column] = _CENTRE_BITS
    return old


@njit(cache=True, nogil=True)
def candidates(byte, cells, water_joins):
    """List the cells beside some centre cells that may join a centre, each once, and mark them.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes.
    cells : numpy.ndarray of int64
        Flat numbers of the cells added last.
    water_joins : bool
        Water cells may join.

    Returns
    -------
    numpy.ndarray of int64
        Flat numbers.
    """
    height, width = byte.shape
    found = np.empty(8 * len(cells), np.int64)
    count = 0
    for k in range(len(cells)):
        row, column = cells[k] // width, cells[k] % width
        for r in range(max(row - 1, 0), min(row + 2, height)):
            for c in range(max(column - 1, 0), min(column + 2, width)):
                old = byte[r, c]
                if old & _MARK or old & 15 == 0 or old & 15 == CENTRE:
                    continue
                if water_joins or old >> 4 & 3:
                    byte[r, c] = old | _MARK
                    found[count] = r * width + c
                    count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def votes(byte, table, centres, cells, five_of_eight, counts_outside):
    """Give the centre that each cell joins, -1 for none, and take the marks away.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes.
    table, centres : numpy.ndarray
        The hash table.
    cells : numpy.ndarray of int64
        Candidates.
    five_of_eight : bool
        The rule r2022a; otherwise more than half of the neighbours that count.
    counts_outside : bool
        Neighbours outside the grid count.

    Returns
    -------
    numpy.ndarray of int32
        Centres.
    """
    height, width = byte.shape
    winner = np.full(len(cells), -1, np.int32)
    near = np.empty(8, np.int32)
    for k in range(len(cells)):
        row, column = cells[k] // width, cells[k] % width
        byte[row, column] &= 255 - _MARK
        valid = n = 0
        for r in range(row - 1, row + 2):
            for c in range(column - 1, column + 2):
                if r == row and c == column:
                    continue
                if r < 0 or c < 0 or r >= height or c >= width:
                    valid += 1 if counts_outside else 0
                elif byte[r, c] & 15 == CENTRE:
                    near[n] = centres[_slot(table, r * width + c)]
                    n += 1
                    valid += 1
                elif byte[r, c] & 128 == 0:
                    valid += 1
        best, most = -1, 0
        for i in range(n):
            same = 0
            for j in range(n):
                same += 1 if near[j] == near[i] else 0
            if same > most:
                best, most = near[i], same
        if (five_of_eight and most >= 5) or (not five_of_eight and 2 * most > valid):
            winner[k] = best
    return winner


@njit(cache=True, nogil=True)
def _flood(local, seed, width, passable, mark, stack):
    """Mark what is connected by sides to a cell of a flat box, through cells whose value is at most ``passable``."""
    stack[0] = seed
    local[seed] = mark
    depth, count = 1, 1
    while depth:
        depth -= 1
        here = stack[depth]
        for step in (-width, -1, 1, width):
            there = here + step
            if 0 <= there < len(local) and abs(there % width - here % width) <= 1 and local[there] <= passable:
                local[there] = mark
                stack[depth] = there
                depth += 1
                count += 1
    return count


@njit(cache=True, nogil=True)
def _grown(array, needed):
    larger = np.empty(max(2 * len(array), needed), array.dtype)
    larger[:len(array)] = array
    return larger


@njit(cache=True, nogil=True)
def holes_of_centres(byte, cells, owner, bounds, limit):
    """Find the free cells in the holes of each centre that are small enough.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes with the centres painted.
    cells : numpy.ndarray of int64
        Cells of all centres, by centre.
    owner : numpy.ndarray of int32
        Centre of each.
    bounds : numpy.ndarray of int64, shape (n_centres + 1,)
        Position of the first cell of each centre.
    limit : int
        Cells of the largest hole that is filled.

    Returns
    -------
    found, of, size : numpy.ndarray
        Cells to fill, their centre, and the cells of their hole.
    """
    grid_width = byte.shape[1]
    found, of, size = np.empty(1024, np.int64), np.empty(1024, np.int32), np.empty(1024, np.int64)
    count = 0
    for centre in range(len(bounds) - 1):
        first, last = bounds[centre], bounds[centre + 1]
        if last - first < 7:
            continue
        top, bottom = cells[first] // grid_width, cells[last - 1] // grid_width
        left = right = cells[first] % grid_width
        for k in range(first, last):
            left, right = min(left, cells[k] % grid_width), max(right, cells[k] % grid_width)
        width = right - left + 3
        area = width * (bottom - top + 3)
        if count + area > len(found):
            found, of, size = _grown(found, count + area), _grown(of, count + area), _grown(size, count + area)
        own = np.zeros(area, np.bool_)
        for k in range(first, last):
            own[(cells[k] // grid_width - top + 1) * width + cells[k] % grid_width - left + 1] = True
        part = np.zeros(area, np.uint8)
        local = np.empty(area, np.uint8)
        stack = np.empty(4 * area, np.int64)
        for seed in range(area):
            if not own[seed] or part[seed] == 2:
                continue
            _part_of(own, part, seed, width, stack)
            for i in range(area):
                local[i] = 2 if part[i] == 1 else 0
                part[i] = 2 if part[i] == 1 else part[i]
            _flood(local, 0, width, 0, 1, stack)
            for i in range(area):
                if local[i] == 0:
                    inside = _flood(local, i, width, 0, 3, stack)
                    for j in range(i, area):
                        if local[j] != 3:
                            continue
                        local[j] = 4
                        row, column = top - 1 + j // width, left - 1 + j % width
                        old = byte[row, column] & 15
                        if inside <= limit and old != 0 and old != CENTRE:
                            found[count], of[count], size[count] = row * grid_width + column, owner[first], inside
                            count += 1
    return found[:count], of[:count], size[:count]


@njit(cache=True, nogil=True)
def _part_of(own, part, seed, width, stack):
    """Mark with 1 the part of a centre that is connected by sides to a cell."""
    stack[0] = seed
    part[seed] = 1
    depth = 1
    while depth:
        depth -= 1
        here = stack[depth]
        for step in (-width, -1, 1, width):
            there = here + step
            if own[there] and part[there] == 0:
                part[there] = 1
                stack[depth] = there
                depth += 1


@njit(cache=True, nogil=True)
def find_pockets(byte, table, centres, cells, limit):
    """Find small pockets of free cells enclosed by centres, and the centre with the most cell sides around each.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes with the centres painted.
    table, centres : numpy.ndarray
        The hash table.
    cells : numpy.ndarray of int64
        Cells of all centres.
    limit : int
        Cells of the largest pocket that is filled.

    Returns
    -------
    found, of : numpy.ndarray
        Cells with data to fill, and their centre.
    """
    height, width = byte.shape
    found, of = np.empty(1024, np.int64), np.empty(1024, np.int32)
    count = 0
    pocket = np.empty(limit + 1, np.int64)
    around = np.empty(4 * limit + 4, np.int32)
    for k in range(len(cells)):
        for step in (-width, -1, 1, width):
            seed = cells[k] + step
            if abs(seed % width - cells[k] % width) > 1 or seed < 0 or seed >= height * width:
                continue
            if byte[seed // width, seed % width] & 15 == CENTRE or byte[seed // width, seed % width] & _MARK:
                continue
            n, sides = _pocket_from(byte, table, centres, seed, pocket, around)
            if n > limit:
                continue
            if count + n > len(found):
                found, of = _grown(found, count + n), _grown(of, count + n)
            best = _most_frequent(around, sides)
            for i in range(n):
                found[count], of[count] = pocket[i], best
                count += 1
    known = 0
    for i in range(count):
        byte[found[i] // width, found[i] % width] &= 255 - _MARK
        if byte[found[i] // width, found[i] % width] & 15:
            found[known], of[known] = found[i], of[i]
            known += 1
    return found[:known], of[:known]


@njit(cache=True, nogil=True)
def _pocket_from(byte, table, centres, seed, pocket, around):
    """Walk a pocket; give its cells (more than fit where it is too large or open) and the sides around it."""
    height, width = byte.shape
    limit = len(pocket) - 1
    pocket[0] = seed
    byte[seed // width, seed % width] |= _MARK
    n, done, sides, open_end = 1, 0, 0, False
    while done < n and n <= limit and not open_end:
        row, column = pocket[done] // width, pocket[done] % width
        done += 1
        if row == 0 or column == 0 or row == height - 1 or column == width - 1:
            open_end = True
            break
        for r, c in ((row - 1, column), (row, column - 1), (row, column + 1), (row + 1, column)):
            old = byte[r, c]
            if old & 15 == CENTRE:
                around[sides] = centres[_slot(table, r * width + c)]
                sides += 1
            elif not old & _MARK and n <= limit:
                byte[r, c] = old | _MARK
                pocket[n] = r * width + c
                n += 1
    if n > limit or open_end:
        for i in range(n):
            byte[pocket[i] // width, pocket[i] % width] &= 255 - _MARK
        return limit + 1, 0
    return n, sides


@njit(cache=True, nogil=True)
def _most_frequent(values, count):
    """Give the most frequent value, the lowest of those that tie."""
    best, most = -1, 0
    for i in range(count):
        same = 0
        for j in range(count):
            same += 1 if values[j] == values[i] else 0
        if same > most or (same == most and values[i] < best):
            best, most = values[i], same
    return best
