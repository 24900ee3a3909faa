"""Kernel of composite indices: the tree, scenarios, standardisation, weights, aggregation, ranks. No I/O."""

from ekistics.composite.build import Data, Index, Pipeline, build
from ekistics.composite.forms import Form, score
from ekistics.composite.scenario import (
    Aggregate,
    Denominate,
    Impute,
    Scenario,
    Screen,
    Standardise,
    Treat,
    Weigh,
)
from ekistics.composite.structure import Group, Item, Structure

__all__ = ["Aggregate", "Data", "Denominate", "Form", "Group", "Impute", "Index", "Item", "Pipeline", "Scenario",
           "Screen", "Standardise", "Structure", "Treat", "Weigh", "build", "score"]
