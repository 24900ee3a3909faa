"""From the cities' values to national ones: who stands for whom, ratio, total or count, and what else would be said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import ConfigurationError, InvalidValueError
from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.observation import DIMENSIONS, result_rows
from ekistics.core.reasons import Reason
from ekistics.jobs.national.cities import CityValues, scale_of, values_of
from ekistics.jobs.national.design import Indicator, NationalDesign
from ekistics.jobs.national.domains import Asked, domain_rows, parts_of
from ekistics.jobs.sample_cities.chances import walk_of
from ekistics.jobs.sample_cities.design import SampleDesign
from ekistics.jobs.sample_cities.frame import CityFrame
from ekistics.publish.numbers import number_text
from ekistics.survey.sampling import (
    NationalEstimate,
    Selection,
    national_ratio,
    national_total,
    r_indicator,
    reweighted,
    serpentine_order,
)
from ekistics.survey.sampling.probabilities import Bools

__all__ = ["Found", "Respondents", "found_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Respondents:
    """The cities that were asked, and how they were drawn.

    Parameters
    ----------
    document : mapping
        Content of ``sample.json``.
    design : SampleDesign
        The sample's design.
    frame : CityFrame
        The frame.
    """

    document: Mapping[str, Any]
    design: SampleDesign
    frame: CityFrame

    @property
    def asked(self) -> list[Mapping[str, Any]]:
        """Give the cities that are to report: drawn or standing in; a certain one counts even where it was lost."""
        entries = self.document["replacements"]
        lost = {entry["out"] for entry in entries if entry["in"] is None}
        return [city for city in self.document["cities"] if city["status"] != "replaced" or city["code"] in lost]

    def selection(self, answered: Bools, design: NationalDesign) -> tuple[Selection, list[Mapping[str, Any]]]:
        """Give the sample of those that answered, with the weights that the policy gives them."""
        cities = self.asked
        pi = np.array([city["pi"] for city in cities])
        stratum = np.array([2 * int(city["stratum"]) + city["certainty"] for city in cities])
        if not answered.all():
            pi = self._stood_for(pi, stratum, answered, design)
        at = {code: i for i, code in enumerate(self.frame.kernel.code)}
        rows = np.array([at[city["code"]] for city in cities])
        method = self.document["design"]["method"]
        balancing = self.frame.balancing(self.design.sample.balancing)[rows] if method == "cube" else None
        imbalance = self.document["design"].get("imbalance")
        if method == "systematic-pps" and self.design.sample.order == "random":
            method = "pareto"  # a walk in random order has high entropy, and its error is found like theirs
        whole = Selection(method, pi[answered], stratum[answered], self._positions()[rows][answered],
                          None if balancing is None else balancing[answered],
                          np.array(imbalance) if imbalance else None)
        chosen = whole.collapsed() if design.estimation.lonely == "collapse" else whole
        return chosen, [city for city, heard in zip(cities, answered, strict=True) if heard]

    def _positions(self) -> Any:
        if self.document["design"]["method"] != "systematic-pps" or self.design.sample.order == "random":
            return np.argsort(serpentine_order(self.frame.kernel.stratum))
        return np.argsort(walk_of(self.design, self.frame, np.zeros(len(self.frame.rows))))

    def _stood_for(self, pi: Any, stratum: Any, answered: Bools, design: NationalDesign) -> Any:
        if design.estimation.nonresponse == "refuse":
            silent = [city["code"] for city, heard in zip(self.asked, answered, strict=True) if not heard]
            raise InvalidValueError(
                _("Cities of the sample have no value, and the design lets none stand for them."),
                param="estimation.nonresponse", got=", ".join(silent[:10]),
                hint=_("Replace them with 'ekistics sample --replace', or set nonresponse = \"reweight\"."))
        size = np.array([city["size"] for city in self.asked]) if self.design.by_size else 1.0
        return reweighted(pi, stratum, answered, measure=size)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """National values of one indicator.

    Parameters
    ----------
    spec : IndicatorSpec
        What they are.
    rows : pandas.DataFrame
        Rows of results, a row a group.
    comparison : dict or None
        What ``sample.json`` says of it.
    response : dict
        Who was asked and who answered.
    domains : tuple of dict
        Values of parts of the country, as ``sample.json`` tells them.
    """

    spec: IndicatorSpec
    rows: pd.DataFrame
    comparison: dict[str, Any] | None
    response: dict[str, Any]
    domains: tuple[dict[str, Any], ...] = ()


def found_of(respondents: Respondents, cities: CityValues, wanted: Indicator, *,
             design: NationalDesign) -> Iterator[Found]:
    """Estimate one indicator, and the counts of cities that are asked for with it.

    Parameters
    ----------
    respondents : Respondents
        The sample.
    cities : CityValues
        The cities' observations.
    wanted : Indicator
        What is asked for.
    design : NationalDesign
        The design.

    Yields
    ------
    Found
        The national value, then a count of cities a threshold.

    Raises
    ------
    EkisticsError
        It cannot be estimated as it is.
    """
    spec, wanted, rows = values_of(cities, wanted)
    series = spec.find_series(wanted.series)
    job = _Job(respondents, design, spec, series, wanted)
    if series.aggregation in ("ratio_of_sums", "sum"):
        yield job.national(rows)
    elif wanted.above is None and wanted.below is None:
        raise ConfigurationError(
            _("A national value of this series is no ratio or sum of the cities' totals; cities can be counted by it."),
            where="[[indicator]]", param=f"{spec.code} {series.code}", hint=_("Give 'above' or 'below'."))
    for side, threshold in (("above", wanted.above), ("below", wanted.below)):
        if threshold is not None:
            yield job.count(rows, side, threshold)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One indicator with all that its estimation needs."""

    respondents: Respondents
    design: NationalDesign
    spec: IndicatorSpec
    series: SeriesSpec
    wanted: Indicator

    def national(self, rows: pd.DataFrame) -> Found:
        """Estimate a ratio of totals, or a total, for everybody and each group."""
        ratio = self.series.aggregation == "ratio_of_sums"
        if ratio:
            rows = rows[rows["numerator"].notna() & rows["denominator"].notna()]
        scale = scale_of(rows, self.series.unit_measure, self.spec.code) if ratio else 1.0
        made = [self._estimated(group, key, scale if ratio else 0.0) for key, group in _groups(rows)]
        found = self._found(self.spec, self.series.code, made, rows)
        parts = self._parts(found.comparison, rows[_total(rows)], scale if ratio else 0.0, counted=False)
        return replace(found, domains=parts)

    def count(self, rows: pd.DataFrame, side: str, threshold: float) -> Found:
        """Estimate the share of cities whose value is above or below a threshold; the threshold itself is neither."""
        spec = _count_spec(self.spec, self.series, side=side, threshold=threshold)
        rows = rows[_total(rows)].copy()
        inside = rows["obs_value"] > threshold if side == "above" else rows["obs_value"] < threshold
        rows["numerator"], rows["denominator"], rows["se"] = inside.astype(float), 1.0, np.nan
        rows["obs_value"] = 100.0 * rows["numerator"]
        made = [self._estimated(rows, dict.fromkeys(DIMENSIONS, "_T"), 100.0)]
        found = self._found(spec, spec.series[0].code, made, rows)
        if found.comparison:
            found.comparison.update(kind="count", threshold=threshold)
        return replace(found, domains=self._parts(found.comparison, rows, 100.0, counted=True))

    def _parts(self, whole: dict[str, Any] | None, rows: pd.DataFrame, scale: float, *,
               counted: bool) -> tuple[dict[str, Any], ...]:
        """Estimate the parts of the country that the design asks for, where there is a value of the whole."""
        how = self.design.estimation
        if whole is None or not how.by:
            return ()
        selection, told = self._answers(rows)
        share = counted or (self.series.unit_measure == "PT" and self.series.upper is not None)
        asked = Asked(scale, self._form(told), how.confidence, counted, share)
        named = {name: whole[name] for name in ("indicator", "series", "variant", "time_period", "title",
                                                "unit_measure", "kind", "threshold")}
        return tuple(named | {"by": column} | row for column in how.by
                     for row in domain_rows(selection, told, parts_of(self.respondents.frame, column), asked))

    def _answers(self, rows: pd.DataFrame) -> tuple[Selection, pd.DataFrame]:
        """Give the cities that answered, with their weights, and what they say."""
        of_city = rows.set_index("ref_area")
        answered = np.array([city["code"] in of_city.index for city in self.respondents.asked])
        selection, heard = self.respondents.selection(answered, self.design)
        return selection, of_city.loc[[city["code"] for city in heard]]

    def _form(self, told: pd.DataFrame) -> str:
        """Choose the kind of interval: one for shares where the value is one."""
        how = self.design.estimation.interval
        shares = self.series.unit_measure == "PT" or how == "normal" or (told["denominator"] == 1.0).all()
        return how if shares else "t"

    def _estimated(self, rows: pd.DataFrame, key: Mapping[str, str],
                   scale: float) -> tuple[Mapping[str, str], NationalEstimate | None, dict[str, Any]]:
        """Estimate one group; a scale of zero asks for a total."""
        of_city = rows.set_index("ref_area")
        asked = self.respondents.asked
        answered = np.array([city["code"] in of_city.index for city in asked])
        response = _response(asked, answered, self.design.estimation.nonresponse)
        if not answered.any():
            return key, None, response
        selection, told = self._answers(rows)
        how, confidence = self.design.estimation.interval, self.design.estimation.confidence
        if not scale:
            form = "normal" if how == "normal" else "t"
            return key, national_total(selection, told["obs_value"], se_y=told["se"], interval=form,
                                       confidence=confidence), response
        se = told["se"] / scale * told["denominator"]
        return key, national_ratio(selection, told["numerator"], told["denominator"], se_y=se,
                                   interval=self._form(told), confidence=confidence, scale=scale), response

    def _found(self, spec: IndicatorSpec, series: str,
               made: list[tuple[Mapping[str, str], NationalEstimate | None, dict[str, Any]]],
               rows: pd.DataFrame) -> Found:
        frames = [self._row(series, key, estimate) for key, estimate, _response in made]
        whole = next(((e, r) for key, e, r in made if set(key.values()) == {"_T"}), None)
        comparison = None
        if whole and whole[0] is not None:
            comparison = self._comparison(spec, series, whole[0], rows[_total(rows)])
        return Found(spec, pd.concat(frames), comparison, (whole or made[0][1:])[1])

    def _row(self, series: str, key: Mapping[str, str], estimate: NationalEstimate | None) -> pd.DataFrame:
        code = self.design.country.code
        variant = self.wanted.variant if series == self.series.code else ""
        if estimate is None or np.isnan(estimate.value):
            reason = Reason.NO_CASES if estimate is None else Reason.ZERO_DENOMINATOR
            return result_rows(pd.Series([np.nan], index=[code]), series=series, variant=variant, reason=str(reason),
                               time_period=self.wanted.time_period, **key)
        parts = {} if np.isnan(estimate.denominator) else {"numerator": estimate.numerator,
                                                           "denominator": estimate.denominator}
        return result_rows(pd.Series([estimate.value], index=[code]), series=series, variant=variant,
                           time_period=self.wanted.time_period, se=estimate.se, lci=estimate.lci, uci=estimate.uci,
                           uncertainty="taylor", **parts, **key)

    def _comparison(self, spec: IndicatorSpec, series: str, estimate: NationalEstimate,
                    rows: pd.DataFrame) -> dict[str, Any]:
        of_city = rows.set_index("ref_area")
        asked = [city["code"] for city in self.respondents.asked if city["code"] in of_city.index]
        came = [code for code in dict.fromkeys(self.design.volunteers.codes) if code in of_city.index]
        found = next(s for s in spec.series if s.code == series)
        plain, pooled = of_city.loc[asked, "obs_value"].mean(), _pooled(of_city.loc[came])
        if self.series.aggregation == "sum" and spec is self.spec:
            plain = pooled = float("nan")  # a mean of cities is no rival of a total
        numbers = {name: _number(getattr(estimate, name)) for name in ("value", "se", "lci", "uci", "df", "deff")}
        return {"indicator": spec.code, "series": series, "variant": self.wanted.variant if spec is self.spec else "",
                "time_period": self.wanted.time_period, "title": found.title, "unit_measure": found.unit_measure,
                "kind": "ratio", "threshold": None, **numbers, "cities": estimate.n, "reason": "",
                "unweighted_mean": _number(plain), "volunteers": _number(pooled), "volunteer_cities": len(came)}


def _groups(rows: pd.DataFrame) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Give the rows of each group of people; those for everybody always, also where there is none."""
    total = dict.fromkeys(DIMENSIONS, "_T")
    yield total, rows[_total(rows)]
    others = rows[~_total(rows)]
    for values, group in others.groupby(list(DIMENSIONS), sort=True):
        yield dict(zip(DIMENSIONS, map(str, values), strict=True)), group


def _total(rows: pd.DataFrame) -> "pd.Series[bool]":
    return (rows[list(DIMENSIONS)] == "_T").all(axis=1)


def _pooled(rows: pd.DataFrame) -> float:
    """Say what cities say together: the ratio of their sums, or the mean of their values where there are no parts."""
    if not len(rows):
        return float("nan")
    below = rows["denominator"].sum(min_count=len(rows))
    if np.isnan(below) or below == 0:
        return float(rows["obs_value"].mean())
    scale = scale_of(rows, "", "")
    return float(scale * rows["numerator"].sum() / below)


def _response(asked: list[Mapping[str, Any]], answered: Bools, policy: str) -> dict[str, Any]:
    weight = np.array([city["weight"] for city in asked])
    classes = np.array([int(city["stratum"]) for city in asked])
    return {"policy": policy, "asked": len(asked), "answered": int(answered.sum()),
            "r_indicator": r_indicator(answered, classes, weight),
            "silent": [city["code"] for city, heard in zip(asked, answered, strict=True) if not heard]}


def _count_spec(spec: IndicatorSpec, series: SeriesSpec, *, side: str, threshold: float) -> IndicatorSpec:
    """Describe the share of cities above or below a threshold as an indicator of its own, in English like all."""
    plain = np.format_float_positional(threshold, trim="-")  # 1000000, never 1e+06
    shown = number_text(threshold, len(plain.partition(".")[2]))
    code = f"cities_{side}_{plain.replace('.', '_').replace('-', 'minus_')}"
    words = N_("Cities above {threshold}: {title}") if side == "above" else N_("Cities below {threshold}: {title}")
    title = words.format(threshold=shown, title=series.title)
    counted = SeriesSpec(code, title, "PT", base=N_("cities of the country"), lower=0.0, upper=100.0, headline=True,
                         direction=series.direction if side == "above" else -series.direction)
    means = N_("Share of all cities of the country, each counted once, whose value is strictly past the threshold; "
               "estimated from a sample of cities.")
    return replace(spec, code=f"{spec.code}_{code}", number="", title=title, question=means, variants=(),
                   definition=means,
                   method=MethodEdition("Ekistics", "Count of cities by a national sample", "1"), series=(counted,),
                   dimensions=())


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
