"""Quality flags: one figure about the inputs or the result, with a word that says how good it is."""

from dataclasses import dataclass

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.units import unit

__all__ = ["STATUSES", "QualityFlag"]

STATUSES = ("good", "warn", "bad", "info")


@dataclass(frozen=True, slots=True)
class QualityFlag:
    """One statement on quality, kept in ``checks.json`` and shown beside the numbers.

    Parameters
    ----------
    code : str
        Stable name, e.g. ``people-unattached``.
    title : str
        What is measured, in words (translated).
    value : float or None
        The figure; None when it could not be measured (the note says why).
    unit_measure : str
        Unit of the figure.
    status : str
        One of :data:`STATUSES`.
    note : str
        One line: what it means, or why it is absent.
    indicators : tuple of str
        Codes of the indicators it concerns; empty for all.
    numerator, denominator : float, optional
        For shares.
    base : str
        For shares: what it is a share of.
    """

    code: str
    title: str
    value: float | None
    unit_measure: str
    status: str
    note: str = ""
    indicators: tuple[str, ...] = ()
    numerator: float | None = None
    denominator: float | None = None
    base: str = ""

    def __post_init__(self) -> None:
        unit(self.unit_measure)
        if self.status not in STATUSES:
            raise InvalidValueError(_("Unknown status of a quality flag."), param="status",
                                    expected=", ".join(STATUSES), got=self.status)
