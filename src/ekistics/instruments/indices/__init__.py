"""Indices as data: a file an index, read into one typed definition."""

from ekistics.instruments.indices.definition import (
    Band,
    IndexDefinition,
    IndexGroup,
    IndexItem,
    IndexVariant,
    Source,
    parse_index,
)
from ekistics.instruments.indices.shipped import SHIPPED, shipped_index, shipped_text

__all__ = ["SHIPPED", "Band", "IndexDefinition", "IndexGroup", "IndexItem", "IndexVariant", "Source", "parse_index",
           "shipped_index", "shipped_text"]
