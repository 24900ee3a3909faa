"""An index of cities: built from values by a definition, explained, and told what its ranks are worth."""

from ekistics.jobs.index.build import IndexOutcome, build_index
from ekistics.jobs.index.explain import CityStory, explain_city
from ekistics.jobs.index.read import load_definition
from ekistics.jobs.index.stored import city_row, read_index, try_ranks
from ekistics.jobs.index.uncertainty import Uncertainty

__all__ = ["CityStory", "IndexOutcome", "Uncertainty", "build_index", "city_row", "explain_city", "load_definition",
           "read_index", "try_ranks"]
