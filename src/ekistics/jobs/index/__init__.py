"""An index of cities: built from values by a definition, explained, and told what its ranks are worth."""

from ekistics.jobs.index.build import IndexOutcome, build_index
from ekistics.jobs.index.read import load_definition

__all__ = ["IndexOutcome", "build_index", "load_definition"]
