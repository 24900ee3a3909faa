"""Kernels of survey statistics: designs and estimates, sampling of cities, disclosure control. No I/O."""

from ekistics.survey.design import Design, Stage
from ekistics.survey.domains import Domains
from ekistics.survey.estimates import Estimates, mean, proportion, ratio, total
from ekistics.survey.replicates import ReplicateDesign, jackknife, replicate_rule

__all__ = ["Design", "Domains", "Estimates", "ReplicateDesign", "Stage", "jackknife", "mean", "proportion", "ratio",
           "replicate_rule", "total"]
