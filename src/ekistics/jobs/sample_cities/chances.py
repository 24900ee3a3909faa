"""Every city's chance and the order of a walk: what follows from design and frame alone, before any seed."""

from collections.abc import Iterator

import numpy as np

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import LANGUAGES, _, use_language
from ekistics.jobs.sample_cities.design import SampleDesign
from ekistics.jobs.sample_cities.frame import CityFrame, parse_frame
from ekistics.survey.sampling import Allocation, Plan, geographic_order, plan_sample, serpentine_order
from ekistics.survey.sampling.probabilities import Floats, Integers

__all__ = ["plan_of", "require_draw", "walk_of"]


def plan_of(design: SampleDesign, frame: CityFrame) -> Plan:
    """Give every city's chance, which follows from design and frame alone.

    Parameters
    ----------
    design : SampleDesign
        The design.
    frame : CityFrame
        The frame.

    Returns
    -------
    Plan
        The plan.
    """
    sample = design.sample
    return plan_sample(frame.kernel, sample.size, method=sample.method, allocation=_allocation(design, frame),
                       by_size=design.by_size)


def _allocation(design: SampleDesign, frame: CityFrame) -> Allocation:
    sample = design.sample
    stated = _stated(design, frame) if sample.allocation == "stated" else ()
    return Allocation(sample.allocation, sample.power, sample.minimum, stated)


def _stated(design: SampleDesign, frame: CityFrame) -> tuple[int, ...]:
    """Give the stated number of each stratum; titles may be in any language, since classes of size are in words."""
    given = {str(name): number for name, number in (design.sample.numbers or {}).items()}
    titles = next((each for each in _titles(design, frame) if set(each) == set(given)), frame.titles)
    numbers = [given.get(title) for title in titles]
    if set(given) != set(titles) or not all(type(number) is int and number >= 0 for number in numbers):
        raise ConfigurationError(_("The stated allocation names other strata than the frame has."),
                                 where="sample.numbers", expected="; ".join(frame.titles), got="; ".join(given))
    units = np.bincount(frame.kernel.stratum)
    for title, number, has in zip(titles, numbers, units.tolist(), strict=True):
        if number is not None and number > has:
            raise ConfigurationError(_("The number to draw does not fit the frame."), where=f"sample.numbers: {title}",
                                     expected=f"0 ... {has}", got=number)
    return tuple(number for number in numbers if number is not None)


def _titles(design: SampleDesign, frame: CityFrame) -> Iterator[tuple[str, ...]]:
    yield frame.titles
    for language in LANGUAGES:
        with use_language(language):
            yield parse_frame(frame.text, design).titles


def walk_of(design: SampleDesign, frame: CityFrame, random: Floats) -> Integers:
    """Give the order in which a systematic draw walks through the frame.

    Parameters
    ----------
    design : SampleDesign
        The design.
    frame : CityFrame
        The frame.
    random : numpy.ndarray, shape (n_cities,)
        Permanent random numbers.

    Returns
    -------
    numpy.ndarray of int, shape (n_cities,)
        Positions of the cities, in order.

    Raises
    ------
    ConfigurationError
        The order is geographic, and a city has no coordinates.
    """
    if design.sample.order == "random":
        return np.argsort(random, kind="stable")
    if design.sample.order == "serpentine":
        others = [frame.column(name) for name in design.strata.columns]
        return serpentine_order(frame.kernel.stratum, *others, frame.kernel.size)
    where = [frame.numbers(name) if name in frame.rows[0] else np.array([np.nan]) for name in ("longitude", "latitude")]
    if np.isnan(np.concatenate(where)).any():
        raise ConfigurationError(_("A geographic order needs the coordinates of every city."), where="sample.order",
                                 hint=_("Name the columns of the frame, or choose another order."))
    return geographic_order(*where)


def require_draw(design: SampleDesign, frame: CityFrame) -> None:
    """See that the draw can be made, before a seed is committed to it.

    Parameters
    ----------
    design : SampleDesign
        The design.
    frame : CityFrame
        The frame.

    Raises
    ------
    EkisticsError
        The sample does not fit the frame, a walk lacks coordinates, a balancing variable is not known of a city, or
        more is to be balanced than cities are drawn.
    """
    plan = plan_of(design, frame)
    if design.sample.method == "systematic-pps":
        walk_of(design, frame, np.zeros(len(frame.rows)))
    if design.sample.method != "cube":
        return
    if not np.isfinite(frame.balancing(design.sample.balancing)).all():
        raise ConfigurationError(_("A balancing variable has a missing value."), where="sample.balancing")
    names = frame.balancing_names(design.sample.balancing)
    drawn = int(plan.drawn_of.sum())
    if names and drawn <= len(names) + int((plan.drawn_of > 0).sum()):
        raise ConfigurationError(
            _("The sample has no more cities than balancing variables, so its error is not known."),
            where="sample.balancing", expected=f"< {drawn - int((plan.drawn_of > 0).sum())}", got=len(names),
            hint=_("A column that is not of numbers alone becomes a variable for each of its values."))
