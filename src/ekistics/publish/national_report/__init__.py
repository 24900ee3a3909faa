"""A country's report on the New Urban Agenda: stored values in the order of the outline, and boxes for text."""

from ekistics.publish.national_report.compose import compose_national_report
from ekistics.publish.national_report.narrative import Narrative, parse_narratives
from ekistics.publish.national_report.records import LANGUAGES, NationalRecords
from ekistics.publish.national_report.sections import set_beside

__all__ = ["LANGUAGES", "NationalRecords", "Narrative", "compose_national_report", "parse_narratives",
           "set_beside"]
