"""Which indicators come from people's records, whatever somebody says of them: no door but the package's is theirs."""

from collections.abc import Iterable

from ekistics.core.errors import PackageError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, people_codes
from ekistics.indicators.registry import specs

__all__ = ["guarded_codes", "require_told"]


def guarded_codes(indicators: Iterable[IndicatorSpec] = ()) -> frozenset[str]:
    """Give the indicators whose values only disclosure control lets out.

    Parameters
    ----------
    indicators : iterable of IndicatorSpec
        Indicators that are known besides, such as those of a site's record.

    Returns
    -------
    frozenset of str
        Codes of those that say so, and of those of this program that do.
    """
    return people_codes(indicators) | people_codes(specs())


def require_told(indicators: Iterable[IndicatorSpec], used: Iterable[str], *,
                 known: Iterable[IndicatorSpec] = ()) -> None:
    """Refuse a package that hides that an indicator comes from people's records.

    Parameters
    ----------
    indicators : iterable of IndicatorSpec
        The indicators as the package describes them.
    used : iterable of str
        Codes of the indicators that its observations are of.
    known : iterable of IndicatorSpec
        Indicators that are known besides those of this program.

    Raises
    ------
    PackageError
        It has observations of such an indicator and does not describe it as one.
    """
    hidden = sorted((set(used) & guarded_codes(known)) - people_codes(indicators))
    if hidden:
        raise PackageError(_("The package has values from people's records and does not say so."), where=hidden[0],
                           expected="people_records",
                           hint=_("Such values leave only through disclosure control: make the package again."))
