"""What may be asked of observations, as one typed model for the API and for the tables."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.observation import DIMENSIONS
from ekistics.web.observatory.selection import Selection

__all__ = ["Code", "ObservationFilters", "known_only", "selection_of"]

Code = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
LARGEST = 2**63 - 1


class ObservationFilters(BaseModel):
    """Filters of observations; what is not given is not asked about."""

    model_config = ConfigDict(extra="ignore")

    indicator: Code = Field("", description="Code of an indicator.")
    series: Code = Field("", description="Code of a quantity of the indicator.")
    variant: Code | None = Field(None, description="Code of a reading of the method; empty for values of quantities "
                                                   "that have one reading only.")
    ref_area: Code = Field("", description="Code of a place: its own values.")
    country: Code = Field("", description="ISO 3166-1 alpha-3 code: values of all places of a country.")
    parent: Code = Field("", description="Code of a place: its own values and those of all places below it.")
    period_from: Code = Field("", description="Time period in its SDMX form: values whose period ends on or after its "
                                              "first day.")
    period_to: Code = Field("", description="Time period: values whose period begins on or before its last day.")
    sex: Code = Field("", description="Code of SEX; `_T` for the total.")
    age: Code = Field("", description="Code of AGE; `_T` for the total.")
    disability: Code = Field("", description="Code of DISABILITY; `_T` for the total.")
    urbanisation: Code = Field("", description="Code of URBANISATION; `_T` for the total.")
    income_quantile: Code = Field("", description="Code of INCOME_QUANTILE; `_T` for the total.")
    tenure: Code = Field("", description="Code of TENURE; `_T` for the total.")
    displacement_status: Code = Field("", description="Code of DISPLACEMENT_STATUS; `_T` for the total.")
    migrant_status: Code = Field("", description="Code of MIGRANT_STATUS; `_T` for the total.")
    current: bool | None = Field(None, description="Whether only values that stand now are wanted: true where no "
                                                   "edition is asked for, else false.")
    edition: int = Field(0, ge=0, le=LARGEST, description="Key of an edition: the values that it brought.")

    def selection(self) -> Selection:
        """Give the selection that the record understands."""
        groups = {name: value for name in DIMENSIONS if (value := getattr(self, name))}
        current = self.current if self.current is not None else not self.edition
        return Selection(self.indicator, self.series, self.variant, self.ref_area, self.country, self.parent,
                         self.period_from, self.period_to, groups, current, self.edition)


def selection_of(asked: Mapping[str, Any]) -> Selection:
    """Read the filters of a table's address.

    Parameters
    ----------
    asked : mapping of str to str
        Parameters of the address.

    Returns
    -------
    Selection
        What they select.

    Raises
    ------
    InvalidValueError
        A parameter is unknown or cannot be read.
    """
    known_only(asked, ObservationFilters)
    try:
        return ObservationFilters.model_validate({name: asked[name] for name in asked}).selection()
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise InvalidValueError(_("A parameter of the request cannot be used."), param=str(first["loc"][0]),
                                expected=first["msg"]) from error


def known_only(asked: Mapping[str, Any], model: type[BaseModel] | None = None, *more: str) -> None:
    """Refuse parameters that nobody reads: a filter with a slip in its name would give everything.

    Parameters
    ----------
    asked : mapping of str to str
        Parameters of the address.
    model : type of BaseModel, optional
        The parameters that are read.
    *more : str
        Others that are read.

    Raises
    ------
    InvalidValueError
        One is unknown.
    """
    known = {*(model.model_fields if model is not None else ()), *more}
    unknown = sorted(set(asked) - known)
    if unknown:
        raise InvalidValueError(_("This address does not know a parameter of the request."), param=unknown[0][:60],
                                expected=", ".join(sorted(known)) or _("none"))
