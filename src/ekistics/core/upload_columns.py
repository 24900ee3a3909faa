"""The columns of an uploaded table of observations, in plain words: for the template, the checks and the manual."""

from dataclasses import dataclass

from ekistics.core.i18n import N_

__all__ = ["UPLOAD_COLUMNS", "UploadColumn"]


@dataclass(frozen=True, slots=True)
class UploadColumn:
    """A column that people fill in.

    Parameters
    ----------
    name : str
        One of ``ekistics.core.observation.OBSERVATION_COLUMNS``.
    text : str
        What to write, in plain words (English source text).
    needed : bool
        Whether the column must be there.
    empty : str
        What an empty cell stands for (a code); nothing where it stands for itself.
    """

    name: str
    text: str
    needed: bool = False
    empty: str = ""


UPLOAD_COLUMNS = {column.name: column for column in (
    UploadColumn("indicator", N_("Code of the indicator."), needed=True),
    UploadColumn("series", N_("Which of the indicator's quantities."), needed=True),
    UploadColumn("variant", N_("Which reading of a contested method; empty where the series has none.")),
    UploadColumn("ref_area", N_("Code of the place; a name alone is never taken, as places share names."), needed=True),
    UploadColumn("time_period", N_("The time the value describes: 2020, 2020-Q1, 2020-05, 2020-W05, 2020-05-31, or "
                                   "2000-01-01/P20Y for twenty years. Empty only where the value is."), needed=True),
    UploadColumn("sex", N_("The group by sex."), empty="_T"),
    UploadColumn("age", N_("The group by age: Y0T14 is 0 to 14 years, Y_GE65 is 65 years and over."), empty="_T"),
    UploadColumn("disability", N_("The group by disability."), empty="_T"),
    UploadColumn("urbanisation", N_("The part of the place by Degree of Urbanisation."), empty="_T"),
    UploadColumn("income_quantile", N_("The group by income or wealth."), empty="_T"),
    UploadColumn("tenure", N_("The group by tenure, as a code."), empty="_T"),
    UploadColumn("displacement_status", N_("The group by displacement, as a code."), empty="_T"),
    UploadColumn("migrant_status", N_("The group by migration, as a code."), empty="_T"),
    UploadColumn("obs_value", N_("The value: digits with a decimal point, unrounded. Empty where there is none."),
                 needed=True),
    UploadColumn("unit_measure", N_("Code of the unit, which is that of the series."), needed=True),
    UploadColumn("numerator", N_("For percentages: what is counted.")),
    UploadColumn("denominator", N_("For percentages: of how many; the value is 100 times numerator by denominator.")),
    UploadColumn("base", N_("For percentages: what the denominator counts, in words, as the series says.")),
    UploadColumn("se", N_("Standard error of the value, if known.")),
    UploadColumn("lci", N_("Lower end of the interval; with uci or not at all.")),
    UploadColumn("uci", N_("Upper end of the interval; with lci or not at all.")),
    UploadColumn("uncertainty", N_("How the interval was made."), empty="not-stated"),
    UploadColumn("obs_status", N_("A for a normal value, O for a missing one, or another code of the list."),
                 needed=True),
    UploadColumn("conf_status", N_("F where the value is free to publish, or another code of the list."), needed=True),
    UploadColumn("reason", N_("Why a missing value is missing, as a code; empty where there is a value.")),
    UploadColumn("method", N_("The document that says how it was made: body, title, edition.")),
)}
