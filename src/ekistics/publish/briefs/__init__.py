"""Reports made by the composer: each is one function from typed records to a report of blocks."""

from ekistics.publish.briefs.city import compose_city_brief
from ekistics.publish.briefs.comparison import compose_comparison

__all__ = ["compose_city_brief", "compose_comparison"]
