"""Which rows tell enough to be published: the rules of ``ekistics.survey.publication`` on result rows."""

import numpy as np
import pandas as pd

from ekistics.core.indicator import IndicatorSpec
from ekistics.core.reasons import Reason
from ekistics.survey.estimates import Estimates
from ekistics.survey.publication import PublicationRules, judge

__all__ = ["with_verdicts"]

_REASONS = {"few-cases": Reason.BELOW_THRESHOLD}
_NUMBERS = ["obs_value", "numerator", "denominator", "se", "lci", "uci"]


def with_verdicts(rows: pd.DataFrame, spec: IndicatorSpec, rules: PublicationRules | None) -> pd.DataFrame:
    """Blank the rows that the rules would not publish, and mark those that a person should look at.

    Parameters
    ----------
    rows : pandas.DataFrame
        Result rows with their cases.
    spec : IndicatorSpec
        The indicator.
    rules : PublicationRules, optional
        The rules; nothing is judged without.

    Returns
    -------
    pandas.DataFrame
        The rows; what is not published has status ``Q`` and its reason, what is to be reviewed status ``U``. Ratios
        that are no shares are judged by their cases only.
    """
    if rules is None or rows.empty:
        return rows
    share = rows["series"].isin([s.code for s in spec.series if s.unit_measure == "PT" and s.upper is not None])
    known = rows["obs_value"].notna()
    reason, review = np.full(len(rows), "", dtype=object), np.zeros(len(rows), dtype=bool)
    chosen = (share & known).to_numpy()
    verdict = judge(_estimates(rows[chosen]), rules)
    reason[chosen] = [_reason(code) if status == "suppress" else ""
                      for status, code in zip(verdict.status, verdict.reason, strict=True)]
    review[chosen] = verdict.status == "review"
    if rules.fewest_cases is not None:
        few = (known & ~share & (rows["n"] < rules.fewest_cases)).to_numpy()
        reason[few] = str(Reason.BELOW_THRESHOLD)
    gone = reason != ""
    status = np.where(gone, "Q", np.where(review, "U", rows["obs_status"]))
    blank = {name: rows[name].mask(gone) for name in _NUMBERS}
    return rows.assign(**blank, obs_status=status, reason=np.where(gone, reason, rows["reason"]))


def _reason(code: str) -> str:
    return str(_REASONS.get(code, Reason.UNRELIABLE))


def _estimates(rows: pd.DataFrame) -> Estimates:
    """Give result rows of shares, in percent, as the kernel had them."""
    number = {name: rows[name].to_numpy(dtype=np.float64) for name in (*_NUMBERS, "df", "n", "n_psu", "deff")}
    return Estimates(number["obs_value"] / 100, number["se"] / 100, number["lci"] / 100, number["uci"] / 100,
                     number["df"], number["n"].astype(np.int64), number["n_psu"],
                     np.zeros(len(rows), dtype=np.int64), number["numerator"], number["denominator"], number["deff"],
                     np.full(len(rows), "", dtype=str), "taylor", number["denominator"], interval="logit")
