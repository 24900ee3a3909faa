"""What a frame must be to be taken into a vault: ids that people can be found by, and consent where a column has it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import InvalidValueError, VaultRefusedError
from ekistics.core.i18n import _
from ekistics.vault.catalogue import CODE, SurveyRecord

__all__ = ["HOUSEHOLD", "HOUSEHOLD_ID", "PERSON", "PERSON_ID", "require_tables"]

HOUSEHOLD, PERSON = "household", "person"
HOUSEHOLD_ID, PERSON_ID = "household_id", "person_id"
NEEDED = {HOUSEHOLD: (HOUSEHOLD_ID,), PERSON: (PERSON_ID, HOUSEHOLD_ID)}
DAYS = ("date", "datetime", "datetime64", "empty")
OWN = {HOUSEHOLD: HOUSEHOLD_ID, PERSON: PERSON_ID}


def require_tables(record: SurveyRecord, tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse frames whose people could not be found again to be erased, or did not agree.

    Parameters
    ----------
    record : SurveyRecord
        The survey.
    tables : mapping of str to pandas.DataFrame
        Its tables: ``household`` with ``household_id``, one row each; ``person`` with ``person_id`` and
        ``household_id``, one row each; others with one of the two.

    Raises
    ------
    InvalidValueError
        A table, a column or an id is not as it must be. The text counts rows and names none.
    VaultRefusedError
        Some did not agree.
    """
    if not tables:
        raise InvalidValueError(_("There is no table to store."), where=record.code)
    for name, frame in tables.items():
        if not CODE.fullmatch(name):
            raise InvalidValueError(_("This cannot be a table's name."), where=record.code, got=repr(name),
                                    expected=_("letters, digits, . _ -"))
        where = f"{record.code}/{name}"
        _require_shape(frame, where)
        _require_ids(name, frame, where)
        _require_consent(record, frame, where)
        _require_days(record.retention_column, frame, where)
    for column in filter(None, (record.consent_column, record.retention_column)):
        if not any(column in frame for frame in tables.values()):
            raise InvalidValueError(_("No table has the column that the survey names."), where=record.code,
                                    param=column)


def _require_shape(frame: pd.DataFrame, where: str) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise InvalidValueError(_("Tables are data frames."), where=where, got=type(frame).__name__)
    names = list(frame.columns)
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise InvalidValueError(_("Columns have names, each of its own."), where=where)
    if any(name is not None for name in frame.index.names):
        raise InvalidValueError(_("The index of the frame would not be kept."), where=where,
                                hint=_("Make columns of it with reset_index()."))


def _require_ids(name: str, frame: pd.DataFrame, where: str) -> None:
    held = [column for column in (PERSON_ID, HOUSEHOLD_ID) if column in frame]
    needed = NEEDED.get(name, ())
    if not held or set(needed) - set(held):
        raise InvalidValueError(_("A table without ids: nobody in it could be found again to be erased."),
                                where=where, expected=" + ".join(needed) or f"{PERSON_ID} | {HOUSEHOLD_ID}")
    for column in held:
        missing = int(frame[column].isna().sum())
        if missing:
            raise InvalidValueError(_("Rows without an id."), where=f"{where}/{column}", got=missing)
    own = OWN.get(name)
    if own and (twice := int(frame[own].duplicated().sum())):
        raise InvalidValueError(_("Ids that are there more than once."), where=f"{where}/{own}", got=twice)


def _require_consent(record: SurveyRecord, frame: pd.DataFrame, where: str) -> None:
    if record.consent_column not in frame:
        return
    without = len(frame) - int(_truth(frame[record.consent_column], f"{where}/{record.consent_column}").sum())
    if without:
        raise VaultRefusedError(_("Rows of people who did not agree."), where=where, got=without,
                                hint=_("Leave them out before you store the rest."))


def _require_days(column: str, frame: pd.DataFrame, where: str) -> None:
    if column in frame and pd.api.types.infer_dtype(frame[column], skipna=True) not in DAYS:
        raise InvalidValueError(_("Last days are a column of dates."), where=f"{where}/{column}",
                                got=str(frame[column].dtype))


def _truth(values: "pd.Series[Any]", where: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind not in ("boolean", "empty"):
        raise InvalidValueError(_("Consent is a column of truth values."), where=where, got=str(values.dtype))
    return np.asarray(values.fillna(False), dtype=bool) if values.dtype != object else np.array(  # noqa: FBT003
        [value is True or value is np.True_ for value in values], dtype=bool)
