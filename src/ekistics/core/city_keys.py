"""Help of those keys of city.toml that are parameters of a run too.

``city.toml`` explains a key before a run, a profile tells the value after it, and both with the text that stands here.
Keys are those of the tables of city.toml, ``<table>.<key>``; keys of ``[parameters]`` stand without their table, as a
run names them.
"""

from collections.abc import Mapping

from ekistics.core.i18n import N_

__all__ = ["CITY_KEYS"]

_TIME = N_("The time the data describe, e.g. 2020.")
_CRS = N_("CRS, only when the file has none.")
_LAYER = N_("Layer, where the file has several.")
_UNIT = N_("Unit of the values: 'm2' per cell, or 'share' of the cell (0 to 1).")

CITY_KEYS: Mapping[str, str] = {
    "boundary.layer": _LAYER,
    "boundary.column": N_("Column to choose rows by; all polygons are merged when empty."),
    "boundary.value": N_("Value of that column."),
    "boundary.crs": _CRS,
    "boundary.point": N_("Longitude and latitude inside the city. Without 'path', the boundary is the urban centre that"
                         " holds it."),
    "boundary.from_population": N_("Whether the boundary is the ground that the population points cover."),

    "population.time_period": _TIME,
    "population.value": N_("Column with the number of people (tables only)."),
    "population.id": N_("Column with the id of a point (tables only)."),
    "population.lon": N_("Column with the longitude or easting (tables only)."),
    "population.lat": N_("Column with the latitude or northing (tables only)."),
    "population.crs": _CRS,
    "population.nodata": N_("What a cell without data means: 'missing', or 'zero' where the producer says that nobody"
                            " lives there."),
    "population.sex": N_("Sex that the file counts, as SDMX code: F, M, or _T for everybody."),
    "population.age": N_("Age group that the file counts, as SDMX code, e.g. Y0T14 or Y_GE65; _T is all ages."),
    "built_up.time_period": _TIME,
    "built_up.unit": _UNIT,
    "built_up.crs": _CRS,
    "land.unit": _UNIT,
    "land.crs": _CRS,
    "streets.time_period": N_("The day of the extract; read from the file where it says."),
    "air.time_period": _TIME,
    "air.crs": _CRS,
    "neighbourhoods.layer": _LAYER,
    "neighbourhoods.id": N_("Column with a stable code."),
    "neighbourhoods.name": N_("Column with the name."),
    "neighbourhoods.crs": _CRS,

    "low_capacity_m": N_("Walking distance to bus, tram or informal transit, metres."),
    "high_capacity_m": N_("Walking distance to rail, metro, ferry or cable, metres."),
    "open_space_m": N_("Walking distance to open public space, metres."),
    "max_leg_m": N_("Longest straight leg between a place and its nearest street, metres."),
    "service_day": N_("'busiest-midweek', 'any', or a day such as 2019-05-14."),
    "open_space_entrance_m": N_("How far an open space without entrance may lie from a street, metres."),
    "attach": N_("What places attach to: 'edge', the nearest point of a street, or 'node', its nearest end."),
    "count_legs": N_("Whether the straight legs at both ends count."),
    "min_part_nodes": N_("Parts of the street network with fewer nodes are left out; 0 keeps every part."),
    "walk_never": N_("Values of 'highway' that nobody walks on."),
    "walk_foot_allows": N_("Values of 'foot' that always allow walking on the rest."),
    "walk_not": N_("Values of 'highway' that are not walked unless 'foot' allows it."),
    "walk_foot_refuses": N_("Values of 'foot' that refuse walking."),
    "walk_access_refuses": N_("Values of 'access' that refuse walking unless 'foot' allows it."),
    "small_part_nodes": N_("Parts of the street network with fewer nodes are reported as small."),
    "intersection_ways": N_("Street segments that meet in an intersection, at least."),
    "delineation_window_km": N_("How far around the city the grids are read, kilometres."),
    "max_missing_share": N_("Ground (or people, for the air) without data inside an area, as a share, above which a"
                            " value is not computed."),
    "street_window_km": N_("How far around the city streets are read, kilometres."),
    "frequency_cluster_m": N_("Stops of one capacity this near to each other count as one for departures per hour,"
                              " metres."),
    "degurba": N_("Parameters of the Degree of Urbanisation ('ekistics delineate --list-parameters' names them)."),

    "uncertainty.built_up_relative_sd": N_("Relative standard deviation of built-up surface, e.g. 0.05."),
    "uncertainty.population_relative_sd": N_("Relative standard deviation of population, e.g. 0.10."),
    "uncertainty.time_correlation": N_("Correlation of one quantity's errors between two dates."),
    "uncertainty.cross_correlation": N_("Correlation of the errors of built-up surface and population."),
    "uncertainty.draws": N_("Draws of the simulation."),
    "uncertainty.seed": N_("Seed of the simulation."),
}
