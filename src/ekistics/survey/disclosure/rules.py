"""What must not be published: minimum counts and how far a withheld cell must stay from being known."""

from dataclasses import asdict, dataclass

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["DisclosureRules"]

OWN_CHOICE = "chosen by this program; a law or an office's own rule goes before it"


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """Rules of disclosure control, as parameters with their source.

    Parameters
    ----------
    cases : int
        A group with fewer unweighted cases in its denominator, and at least one, is withheld.
    psus : int
        So is one whose cases lie in fewer primary sampling units; 0 where that is not asked. Needs ``n_psu``.
    certain : int
        A share of 0 % or 100 % says the same of everybody: it is withheld in a group of fewer cases than this.
    counted : int
        A share of which fewer cases than this, and at least one, are counted (or not counted) is withheld; 0 where
        that is not asked. Needs ``n_numerator``.
    protection : float
        How far the bounds that an adversary can work out must stay from the true value of a withheld cell, on both
        sides, as a part of that value: 0.2 means that neither bound is within 20 % of it.
    source : str
        Who asks for these numbers.

    Examples
    --------
    >>> DisclosureRules(cases=5).protection
    0.2
    """

    cases: int = 10
    psus: int = 0
    certain: int = 30
    counted: int = 0
    protection: float = 0.2
    source: str = OWN_CHOICE

    def __post_init__(self) -> None:
        for name in ("cases", "psus", "certain", "counted"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise InvalidValueError(_("A minimum count is a whole number, zero or more."), param=name, got=value)
        if self.cases < 2:
            raise InvalidValueError(_("With a minimum of fewer than two cases nobody is protected."), param="cases",
                                    expected=">= 2", got=self.cases)
        if not 0 < self.protection < 1:
            raise InvalidValueError(_("The protection is a part of the true value."), param="protection",
                                    expected=_("between 0 and 1"), got=self.protection)

    def as_dict(self) -> dict[str, object]:
        """Give the rules as plain values, for reports.

        Returns
        -------
        dict
            Their names and values.
        """
        return asdict(self)
