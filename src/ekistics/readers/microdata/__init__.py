"""Survey files of any kind, the mapping from their variables to standard ones, and what contradicts it."""

from ekistics.readers.microdata.apply import Standardised, VariableReport, standardise
from ekistics.readers.microdata.checks import Problem, mapping_problems, require_sound
from ekistics.readers.microdata.ddi import described_by_ddi, read_ddi
from ekistics.readers.microdata.form import Form, Question, described_by, read_form
from ekistics.readers.microdata.mapping import Entry, Mapping, parse_mapping, read_mapping, shipped_mappings
from ekistics.readers.microdata.model import SurveyFile, Variable, code_text, told_codes
from ekistics.readers.microdata.read import read_microdata

__all__ = ["Entry", "Form", "Mapping", "Problem", "Question", "Standardised", "SurveyFile", "Variable",
           "VariableReport", "code_text", "described_by", "described_by_ddi", "mapping_problems", "parse_mapping",
           "read_ddi", "read_form", "read_mapping", "read_microdata", "require_sound", "shipped_mappings",
           "standardise", "told_codes"]
