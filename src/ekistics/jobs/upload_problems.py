"""The catalogue of what can be wrong with an uploaded table: stable codes, what is said, and the remedy.

A code is never given a second meaning. ``docs/reference/upload.md`` lists them.
"""

from dataclasses import asdict, dataclass
from enum import Enum

from ekistics.core.i18n import N_, _

__all__ = ["RowProblem", "UploadProblem"]


@dataclass(frozen=True, slots=True)
class _Entry:
    code: str
    text: str
    remedy: str


class UploadProblem(Enum):
    """A kind of problem; the value holds code, text (with named placeholders) and remedy, in English."""

    UNKNOWN_COLUMN = _Entry("UPLOAD_001", N_("There is no column of this name."),
                            N_("Rename it as the template has it, or take it out."))
    MISSING_COLUMN = _Entry("UPLOAD_002", N_("This column is needed and is not there."),
                            N_("Add the column, as the template has it."))
    DUPLICATE_COLUMN = _Entry("UPLOAD_003", N_("Two columns have this name."), N_("Take one of them out."))
    NO_ROWS = _Entry("UPLOAD_004", N_("There are no rows below the header."), N_("Fill in at least one observation."))
    TOO_FEW_CELLS = _Entry("UPLOAD_005", N_("The row has fewer cells than the header."),
                           N_("Put a text that holds the delimiter in quotation marks, and keep empty cells."))
    TOO_MANY_CELLS = _Entry("UPLOAD_006", N_("The row has cells outside the columns of the header."),
                            N_("Put a text that holds the delimiter in quotation marks, or clear the cells beside the "
                               "table."))
    FORMULA = _Entry("UPLOAD_007", N_("The cell holds a formula."),
                     N_("Copy the cells and paste them back as values; a stored result of a formula is not trusted."))
    DATE_CELL = _Entry("UPLOAD_008", N_("The spreadsheet has made a date of this cell."),
                       N_("Format the column as text and type the value again, for example 2020-05 or 1.5."))
    ERROR_CELL = _Entry("UPLOAD_009", N_("The cell holds an error of the spreadsheet."),
                        N_("Type the value, or leave the cell empty and give a reason."))
    MERGED_CELLS = _Entry("UPLOAD_010", N_("The cell is merged with others, which therefore read as empty."),
                          N_("Unmerge the cells and fill in each of them."))
    DELETION = _Entry("UPLOAD_011", N_("The row asks to delete an observation, which an upload cannot do."),
                      N_("Take the row out, and withdraw the observation on its page."))
    CONCEPT_NOT_KEPT = _Entry("UPLOAD_012", N_("The column splits or scales the values by something that is not kept."),
                              N_("Upload only rows that are total here, with values in whole units (UNIT_MULT 0)."))
    EMPTY_CELL = _Entry("UPLOAD_013", N_("The cell is empty and may not be."), N_("Fill in the code."))
    TOO_LONG = _Entry("UPLOAD_014", N_("The text is longer than can be kept."), N_("Shorten it, or write a code."))

    NOT_A_NUMBER = _Entry("UPLOAD_020", N_("This is not a number."),
                          N_("Write digits 0 to 9 with a decimal point, without spaces, units or separators of "
                             "thousands; leave the cell empty where there is no value, and give a reason."))
    DECIMAL_COMMA = _Entry("UPLOAD_021", N_("The number has a comma where only a decimal point is read."),
                           N_("Write a decimal point; or separate the columns by semicolons and say that the comma is "
                              "the decimal mark."))
    INFINITE = _Entry("UPLOAD_022", N_("The number is infinite, or too large to be one."),
                      N_("Leave the cell empty and give a reason."))

    PERIOD_UNREADABLE = _Entry("UPLOAD_030", N_("This is not a time period."),
                               N_("Write a year, or an SDMX period of another length."))
    CODE_NOT_IN_LIST = _Entry("UPLOAD_031", N_("This code is not in the list of the column."),
                              N_("Choose a code of the list; leave the cell empty where the value is for all."))
    STATUS_UNKNOWN = _Entry("UPLOAD_032", N_("There is no such observation status."),
                            N_("Write A for a normal value, or another code of the list."))
    CONFIDENTIALITY_UNKNOWN = _Entry("UPLOAD_033", N_("There is no such confidentiality status."),
                                     N_("Write F where the value is free to publish, or another code of the list."))
    UNIT_UNKNOWN = _Entry("UPLOAD_034", N_("There is no such unit."), N_("Choose a code of the list of units."))
    UNIT_OTHER = _Entry("UPLOAD_035", N_("This is not the unit of the series."),
                        N_("Convert the values and write the unit of the series."))
    INDICATOR_UNKNOWN = _Entry("UPLOAD_036", N_("There is no such indicator."), N_("Choose a code of the list."))
    SERIES_UNKNOWN = _Entry("UPLOAD_037", N_("The indicator has no such series."), N_("Choose one of its series."))
    VARIANT_UNKNOWN = _Entry("UPLOAD_038", N_("The series has no such variant."),
                             N_("Choose one of its variants; leave the cell empty where it has none."))
    PLACE_UNKNOWN = _Entry("UPLOAD_039", N_("There is no place of this code among those you may report on."),
                           N_("Write the code of the place; a name alone is never taken, as places share names."))
    PEOPLE_RECORDS = _Entry("UPLOAD_040", N_("Values of this indicator come from people's records and are not taken "
                                             "from a table."),
                            N_("Take the row out. Estimate the survey again, through disclosure control, and publish "
                               "its package."))

    BASE_ABSENT = _Entry("UPLOAD_050", N_("A percentage must say what it is a percentage of."),
                         N_("Write in 'base' what the denominator counts."))
    BASE_OTHER = _Entry("UPLOAD_051", N_("This is not the base of the series."),
                        N_("Write the base of the series; a share of something else is another series."))
    PERCENT_WITHOUT_PARTS = _Entry("UPLOAD_052", N_("A percentage must come with its numerator and denominator."),
                                   N_("Fill in both."))
    PERCENT_UNEQUAL = _Entry("UPLOAD_053", N_("The percentage is not 100 times its numerator by its denominator."),
                             N_("To correct a percentage, change the numerator (or the denominator) as well, so that "
                                "the value is 100 times numerator by denominator; give the value unrounded."))

    INTERVAL_HALF = _Entry("UPLOAD_060", N_("One end of the interval is missing."),
                           N_("Fill in both ends, or neither."))
    INTERVAL_TURNED = _Entry("UPLOAD_061", N_("The lower end of the interval is above the upper end."),
                             N_("Change the two ends over."))
    INTERVAL_AROUND_MISSING = _Entry("UPLOAD_062", N_("There is an interval or standard error, but no value."),
                                     N_("Fill in the value, or clear lci, uci and se."))
    SE_NEGATIVE = _Entry("UPLOAD_063", N_("A standard error cannot be negative."),
                         N_("Fill in the standard error, or leave the cell empty."))

    REASON_ABSENT = _Entry("UPLOAD_070", N_("There is no value, and no reason for that."),
                           N_("Fill in the value; or write a code in 'reason', and the status O, M, L, H or Q."))
    REASON_NEEDLESS = _Entry("UPLOAD_071", N_("There is a value, and also a reason why there is none."),
                             N_("Clear one of them."))
    STATUS_UNFIT = _Entry("UPLOAD_072", N_("The status does not fit the value."),
                          N_("O, M, L, H and Q are for missing values, J, K and S for either, all others for values "
                             "that are there."))

    BELOW_BOUND = _Entry("UPLOAD_080", N_("The value is below the lowest that is possible."),
                         N_("Look at the unit and the decimal point."))
    ABOVE_BOUND = _Entry("UPLOAD_081", N_("The value is above the highest that is possible."),
                         N_("Look at the unit and the decimal point."))

    DUPLICATE = _Entry("UPLOAD_090", N_("The same observation stands in row {other} too."),
                       N_("Keep one of the rows; two figures of one place and time differ in series, variant or a "
                          "dimension."))

    @property
    def code(self) -> str:
        """Give the stable code."""
        return self.value.code

    @property
    def text(self) -> str:
        """Give what is said, translated, with its placeholders."""
        return _(self.value.text)

    @property
    def remedy(self) -> str:
        """Give what to do, translated."""
        return _(self.value.remedy)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong, at its place in the file.

    Parameters
    ----------
    row : int
        Row number as a spreadsheet shows it; that of the header for a problem of a whole column.
    column : str
        Column name as the file has it; empty for the whole row.
    code : str
        Code of the catalogue, such as ``UPLOAD_020``.
    message : str
        What is wrong, one sentence.
    got, expected : str
        What stands there, and what should; empty where that says nothing.
    hint : str
        What to do.
    """

    row: int
    column: str
    code: str
    message: str
    got: str = ""
    expected: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = (_("row {row}, {column}") if self.column else _("row {row}")).format(row=self.row, column=self.column)
        return f"{place}: {self.message} {self.hint}".rstrip()

    def as_dict(self) -> dict[str, str | int]:
        """Give the problem as plain fields.

        Returns
        -------
        dict of str to str or int
            The keys row, column, code, message, got, expected and hint.
        """
        return asdict(self)
