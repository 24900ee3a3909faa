"""Kernels of survey statistics: designs and estimates, sampling of cities, disclosure control. No I/O."""

from ekistics.survey.association import independence
from ekistics.survey.calibration import calibrate, poststratify, rake
from ekistics.survey.design import Design, Stage, check_weights
from ekistics.survey.domains import Domains
from ekistics.survey.estimates import Estimates, mean, proportion, ratio, total
from ekistics.survey.publication import judge
from ekistics.survey.quantiles import quantile, quantiles
from ekistics.survey.replicates import ReplicateDesign, jackknife, replicate_rule
from ekistics.survey.rounds import Change, Round, change, differences
from ekistics.survey.small_areas import fay_herriot

__all__ = ["Change", "Design", "Domains", "Estimates", "ReplicateDesign", "Round", "Stage", "calibrate", "change",
           "check_weights", "differences", "fay_herriot", "independence", "jackknife", "judge", "mean", "poststratify",
           "proportion", "quantile", "quantiles", "rake", "ratio", "replicate_rule", "total"]
