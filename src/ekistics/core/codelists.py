"""Code lists of the dimensions and statuses of observations, with their words.

Codes and their meaning are those of the data structure definition of the global SDG data flow (agency IAEG-SDGs, copy
of August 2023: CL_SEX, CL_AGE, CL_URBANISATION, CL_QUANTILE, CL_DISABILITY) and of the cross-domain SDMX lists
CL_OBS_STATUS (2.1, which 2.2 leaves as it is: 20 codes) and CL_CONF_STATUS (1.2: 11 codes). The classes of the Degree
of Urbanisation, which the global list has no codes for, bear the numbers of its grid. The global flow has no tenure,
displacement or migration; those lists are ours, after the categories of the United Nations' Principles and
Recommendations for Population and Housing Censuses (Revision 3: tenure of households), of the International
Recommendations on Refugee Statistics (2018) and on Statistics of Internally Displaced Persons (2020), and of the
conceptual framework on international migration (2021), each simplified. A dimension without a list takes any code in
SDMX form.
"""

import re
from collections.abc import Mapping

from ekistics.core.i18n import N_

__all__ = ["AGE_FORM", "CODE_FORM", "CONF_STATUS_WORDS", "DIMENSION_CODES", "EITHER_STATUSES", "MISSING_STATUSES",
           "OBS_STATUS_WORDS", "URBANISATION_CLASSES", "URBANISATION_LEVELS", "is_dimension_code"]

CODE_FORM = re.compile(r"[A-Za-z0-9_@$-]+")  # an SDMX code without the separators of URNs
AGE_FORM = re.compile(r"_T|_U|_X|Y[0-9]+(T[0-9]+)?|Y_(GE|LT)[0-9]+|M[0-9]+(T[0-9]+)?")

URBANISATION_LEVELS: Mapping[int, Mapping[str, str]] = {
    1: {"3": N_("Urban centre"), "2": N_("Urban cluster"), "1": N_("Rural grid cells"), "0": N_("Water")},
    2: {"30": N_("Urban centre"), "23": N_("Dense urban cluster"), "22": N_("Semi-dense urban cluster"),
        "21": N_("Suburban or peri-urban cells"), "13": N_("Rural cluster"), "12": N_("Low density rural cells"),
        "11": N_("Very low density rural cells"), "10": N_("Water")},
}
URBANISATION_CLASSES: Mapping[str, str] = {**URBANISATION_LEVELS[1], **URBANISATION_LEVELS[2]}  # no code is in both
# Words stand alone in tables, so each says what it is about.
DIMENSION_CODES: Mapping[str, Mapping[str, str]] = {
    "sex": {"_T": N_("both sexes, or not split by sex"), "F": N_("women and girls"), "M": N_("men and boys"),
            "_O": N_("other sex"), "_U": N_("sex not known"), "_N": N_("sex not answered"),
            "_X": N_("sex not available")},
    "disability": {"_T": N_("not split by disability"), "PD": N_("people with a disability"),
                   "PWD": N_("people without a disability"), "_U": N_("disability not known")},
    "urbanisation": {"_T": N_("all areas"), "U": N_("urban"), "R": N_("rural"), "CITY": N_("city"),
                     "TSUB": N_("town and semi-dense area"), "_U": N_("urban or rural not known"),
                     **URBANISATION_CLASSES},
    "income_quantile": {"_T": N_("all incomes"), "Q1": N_("first fifth by income, the poorest"),
                        "Q2": N_("second fifth by income"), "Q3": N_("third fifth by income"),
                        "Q4": N_("fourth fifth by income"), "Q5": N_("last fifth by income, the richest"),
                        "B40": N_("the poorest 40 percent"), "R60": N_("the richest 60 percent"),
                        "B50": N_("the poorer half"), "R50": N_("the richer half"),
                        "_U": N_("income not known")},
    "tenure": {"_T": N_("all tenures"), "OWN": N_("households that own their dwelling"),
               "RENT": N_("households that rent their dwelling"),
               "FREE": N_("households that pay no rent for a dwelling of others"),
               "INFORMAL": N_("households without permission to occupy their dwelling"),
               "OTHER": N_("households with another tenure"), "_U": N_("tenure not known")},
    "displacement_status": {"_T": N_("displaced and not displaced"), "ND": N_("people not displaced"),
                            "DP": N_("displaced people"), "IDP": N_("internally displaced people"),
                            "REF": N_("refugees and asylum seekers"), "RET": N_("people who returned"),
                            "_U": N_("displacement not known")},
    "migrant_status": {"_T": N_("migrants and others"), "NM": N_("people who are not migrants"),
                       "INTERNAL": N_("migrants within the country"), "INTL": N_("migrants from other countries"),
                       "_U": N_("migration not known")},
}
OBS_STATUS_WORDS: Mapping[str, str] = {
    "A": N_("normal value"), "B": N_("break in the series"), "D": N_("definition differs"), "E": N_("estimated"),
    "F": N_("forecast"), "G": N_("experimental"), "I": N_("imputed"), "J": N_("exempted by agreement"),
    "K": N_("included in another category"), "N": N_("not significant"), "P": N_("provisional"),
    "S": N_("strike or other special event"), "U": N_("low reliability"), "V": N_("not validated"),
    "W": N_("includes another category"), "O": N_("missing"), "M": N_("missing, because it cannot exist"),
    "L": N_("missing, because it was not collected"), "H": N_("missing, because of a holiday or weekend"),
    "Q": N_("missing, because it is suppressed"),
}
MISSING_STATUSES = ("O", "M", "L", "H", "Q")
EITHER_STATUSES = ("J", "K", "S")  # the list says of them that the value may be missing
CONF_STATUS_WORDS: Mapping[str, str] = {
    "F": N_("free to publish"), "N": N_("not for publication, for internal use only"), "C": N_("confidential"),
    "E": N_("not for publication until its embargo ends"),
    "A": N_("confidential because of small counts"), "O": N_("confidential because one unit dominates"),
    "T": N_("confidential because two units dominate"), "G": N_("confidential because one or two units dominate"),
    "M": N_("confidential by another measure of concentration"),
    "D": N_("confidential to protect other values, set by the sender"),
    "S": N_("confidential to protect other values, set by the receiver"),
}


def is_dimension_code(dimension: str, code: str) -> bool:
    """Tell whether a code may stand in a dimension.

    Parameters
    ----------
    dimension : str
        One of ``ekistics.core.observation.DIMENSIONS``.
    code : str
        The code.

    Returns
    -------
    bool
        Whether it is in the dimension's list; for ages, whether it has the form of an SDMX age; for a dimension
        without a list, whether it has the form of an SDMX code.

    Examples
    --------
    >>> is_dimension_code("sex", "F"), is_dimension_code("sex", "female"), is_dimension_code("age", "Y15T24")
    (True, False, True)
    """
    if dimension in DIMENSION_CODES:
        return code in DIMENSION_CODES[dimension]
    return bool((AGE_FORM if dimension == "age" else CODE_FORM).fullmatch(code))
