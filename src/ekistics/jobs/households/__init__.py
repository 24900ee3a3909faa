"""Surveys of households: checked, taken into the vault, and estimated from it; only aggregates leave."""

from ekistics.jobs.households.config import SurveyConfig, read_survey, survey_template
from ekistics.jobs.households.estimate import EstimateOutcome, estimate
from ekistics.jobs.households.intake import ImportOutcome, check, import_survey

__all__ = ["EstimateOutcome", "ImportOutcome", "SurveyConfig", "check", "estimate", "import_survey", "read_survey",
           "survey_template"]
