"""Which route types of GTFS have low and which have high capacity."""

from collections.abc import Mapping

__all__ = ["CAPACITY_BY_ROUTE_TYPE", "capacity_of"]

CAPACITY_BY_ROUTE_TYPE: Mapping[int, str] = {
    0: "low",  # tram
    1: "high",  # metro
    2: "high",  # rail
    3: "low",  # bus
    4: "high",  # ferry
    5: "low",  # cable tram, in the street
    6: "high",  # aerial lift: cable
    7: "low",  # funicular
    11: "low",  # trolleybus
    12: "high",  # monorail
    100: "high",  # extended types stand for their hundred: railway
    200: "low",  # coach
    300: "high",  # suburban railway
    400: "high",  # urban railway, metro
    500: "high",  # metro
    600: "high",  # underground
    700: "low",  # bus
    800: "low",  # trolleybus
    900: "low",  # tram
    1000: "high",  # water transport
    1200: "high",  # ferry
    1300: "high",  # aerial lift: cable
    1400: "low",  # funicular
    1500: "low",  # shared taxi: informal transit
}


def capacity_of(route_type: int, table: Mapping[int, str] = CAPACITY_BY_ROUTE_TYPE) -> str:
    """Give the capacity of a route type.

    Parameters
    ----------
    route_type : int
        A basic type (0 to 12) or an extended one (100 to 1799), which stands for its hundred unless it is listed.
    table : mapping of int to str
        ``low`` or ``high`` by type.

    Returns
    -------
    str
        ``low``, ``high``, or ``''`` for a type that is not public transport in a city (air, horse carriage) or unknown.

    Examples
    --------
    >>> capacity_of(3), capacity_of(2), capacity_of(701), capacity_of(1100)
    ('low', 'high', 'low', '')
    """
    return table.get(route_type) or (table.get(route_type // 100 * 100, "") if route_type >= 100 else "")
