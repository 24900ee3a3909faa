"""GTFS timetables: read a feed, and say which stops are served on a day, how often and by what."""

from ekistics.readers.gtfs.feed import Feed, read_gtfs
from ekistics.readers.gtfs.route_types import CAPACITY_BY_ROUTE_TYPE, capacity_of
from ekistics.readers.gtfs.service import FREQUENCY_CLASSES, StopService, stop_service

__all__ = ["CAPACITY_BY_ROUTE_TYPE", "FREQUENCY_CLASSES", "Feed", "StopService", "capacity_of", "read_gtfs",
           "stop_service"]
