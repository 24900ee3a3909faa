"""How each layer is drawn: its classes, their colours by day and night, and the class of each feature.

The picture in print and the live map both take their classes from here, so they cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.codelists import URBANISATION_CLASSES
from ekistics.core.i18n import N_, _
from ekistics.core.told import told
from ekistics.package.model import Layer
from ekistics.publish.numbers import value_text
from ekistics.publish.palette import ACCENT, DEGURBA, GREY, HATCH, INK, LAND, OPEN_SPACE, RAMP, STREET, UNREACHED
from ekistics.publish.png import NOTHING

__all__ = ["Klass", "Style", "classed", "no_data", "style"]

DISTANCE_LIMITS = (250.0, 500.0, 1000.0, 2000.0)
CLASSES = 5
MAIN_STREETS = ("motorway", "trunk", "primary", "secondary", "tertiary")
NIGHT_RAMP = ("#2b4a73", "#4f6f86", "#7f9186", "#aeb07d", "#dccb7b", "#ffeeb0")
ACCESS_TITLES = {"public": N_("open to the public"), "private": N_("private"), "unknown": N_("access not known")}
FREQUENCY = (("high", N_("frequent departures"), "#4a2377"), ("medium", N_("regular departures"), "#7d5ba6"),
             ("low", N_("rare departures"), "#b6a1d0"), ("none", N_("no departures on the service day"), GREY))


@dataclass(frozen=True, slots=True)
class Klass:
    """One class of a layer.

    Parameters
    ----------
    title : str
        Words of the legend.
    day, night : str
        Its colour on paper and at night.
    mark : str
        ``fill``, ``line``, ``dot`` or ``hatch``.
    """

    title: str
    day: str
    night: str
    mark: str = "fill"


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """A layer's classes and the class of each feature or cell.

    Parameters
    ----------
    classes : tuple of Klass
        In the order of the legend.
    index : numpy.ndarray
        Class of each feature (or cell); 255 for nothing to draw.
    rule : str
        How the limits were found, in words; empty where they are given.
    """

    classes: tuple[Klass, ...]
    index: npt.NDArray[np.uint8]
    rule: str = ""


def no_data() -> Klass:
    """Give the class of ground without data: hatched, never white.

    Returns
    -------
    Klass
        The class.
    """
    return Klass(_("no data"), HATCH, HATCH, "hatch")


def style(layer: Layer, *, language: str, among: Sequence[Layer] = ()) -> Style:
    """Choose how a layer is drawn.

    Parameters
    ----------
    layer : Layer
        The layer.
    language : str
        Language of numbers in the legend.
    among : sequence of Layer, optional
        Layers of the same theme at all times: a grid gets the limits of all of them, so that times can be compared.

    Returns
    -------
    Style
        Its classes.
    """
    if layer.raster is not None:
        if layer.code.startswith("degree_of_urbanisation"):
            return _urbanisation(layer)
        pooled = [each.raster.values for each in among if each.raster is not None]
        return _ramp(layer.raster.values, layer.unit_measure, language, mark="fill", zero_is_nothing=True,
                     pooled=np.concatenate([values.ravel() for values in pooled]) if len(pooled) > 1 else None)
    if layer.frame is None or layer.frame.empty:
        return Style((), np.zeros(0, dtype=np.uint8))
    plain = {"streets": _streets, "open_space": _open_space, "stops": _stops}
    if layer.code in plain:
        return plain[layer.code](layer.frame)
    if layer.value and pd.api.types.is_numeric_dtype(layer.frame[layer.value]):
        values = layer.frame[layer.value].to_numpy(dtype=float)
        return _distances(values, language) if layer.unit_measure == "M" else _ramp(
            values, layer.unit_measure, language, mark="dot")
    return Style((Klass(told(layer.title), INK, "#e8edf1", "line"),), np.zeros(len(layer.frame), dtype=np.uint8))


def classed(values: npt.NDArray[np.float64], limits: tuple[float, ...]) -> npt.NDArray[np.uint8]:
    """Sort values into classes; a value on a limit belongs to the class below it.

    Parameters
    ----------
    values : numpy.ndarray
        Values; NaN where there are none.
    limits : tuple of float
        Upper limits, rising.

    Returns
    -------
    numpy.ndarray
        Class of each value; 255 for NaN.

    Examples
    --------
    >>> classed(np.array([1.0, 5.0, 6.0, np.nan]), (5.0,)).tolist()
    [0, 0, 1, 255]
    """
    found = np.searchsorted(np.asarray(limits), values, side="left").astype(np.uint8)
    return np.where(np.isnan(values), NOTHING, found).astype(np.uint8)


def _distances(values: npt.NDArray[np.float64], language: str) -> Style:
    index = classed(values, DISTANCE_LIMITS)
    titles = _limit_titles(DISTANCE_LIMITS, "M", language)
    classes = [Klass(t, RAMP[i], NIGHT_RAMP[i], "dot") for i, t in enumerate(titles)]
    if (index == NOTHING).any():
        index = np.where(index == NOTHING, len(classes), index).astype(np.uint8)
        classes.append(Klass(_("not reachable on foot"), UNREACHED, "#4a5660", "dot"))
    return Style(tuple(classes), index)


def _limit_titles(limits: tuple[float, ...], unit_measure: str, language: str) -> list[str]:
    shown = [value_text(limit, unit_measure, language=language) for limit in limits]
    middle = [_("{low} to {high}").format(low=a, high=b) for a, b in zip(shown, shown[1:], strict=False)]
    return [_("up to {limit}").format(limit=shown[0]), *middle, _("more than {limit}").format(limit=shown[-1])]


def _ramp(values: npt.NDArray[np.float64], unit_measure: str, language: str, *, mark: str,
          zero_is_nothing: bool = False, pooled: npt.NDArray[np.float64] | None = None) -> Style:
    none = (values <= 0) & zero_is_nothing
    shown = np.where(none, np.nan, values.astype(float))
    ranged = shown if pooled is None else np.where((pooled <= 0) & zero_is_nothing, np.nan, pooled.astype(float))
    real = ranged[np.isfinite(ranged)]
    limits = _quantile_limits(real)
    titles = _limit_titles(limits, unit_measure, language) if limits else [
        value_text(float(real[0]), unit_measure, language=language) if len(real) else _("no data")]
    index = classed(shown, limits)
    step = (len(RAMP) - 1) / max(len(titles) - 1, 1)
    classes = [Klass(t, RAMP[round(i * step)], NIGHT_RAMP[round(i * step)], mark) for i, t in enumerate(titles)]
    if none.any():
        classes.append(Klass(_("none"), LAND, "#1d262d", mark))
        index[none] = len(classes) - 1
    rule = _("Each class holds about the same number of places.") if limits else ""
    return Style(tuple(classes), index, rule)


def _quantile_limits(values: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Give limits at even shares of the values, rounded to two figures so that people can read them."""
    if not len(values) or values.min() == values.max():
        return ()
    cuts = np.quantile(values, np.arange(1, CLASSES) / CLASSES)
    spread = float(values.max() - values.min())
    step = 10.0 ** (np.floor(np.log10(spread)) - 1)
    rounded = sorted({float(np.round(c / step) * step) if c > 10 * step else float(f"{c:.1g}") for c in cuts})
    return tuple(c for c in rounded if values.min() <= c < values.max())


def _urbanisation(layer: Layer) -> Style:
    values = layer.raster.values if layer.raster is not None else np.zeros((0, 0))
    present = [code for code in DEGURBA if (values == code).any()]
    index = np.full(values.shape, NOTHING, dtype=np.uint8)
    for i, code in enumerate(present):
        index[values == code] = i
    return Style(tuple(Klass(_(URBANISATION_CLASSES[str(c)]), DEGURBA[c], DEGURBA[c]) for c in present), index)


def _streets(frame: pd.DataFrame) -> Style:
    names = frame["highway"].astype(str).str.removesuffix("_link") if "highway" in frame else pd.Series("", frame.index)
    main = names.isin(MAIN_STREETS).to_numpy()
    return Style((Klass(_("main streets"), "#93a0ab", "#76858f", "line"), Klass(_("other streets"), STREET, "#46545e",
                                                                                "line")),
                 np.where(main, 0, 1).astype(np.uint8))


def _open_space(frame: pd.DataFrame) -> Style:
    access = frame["access"].astype(str) if "access" in frame else pd.Series("unknown", frame.index)
    known = list(ACCESS_TITLES)
    index = access.map(lambda a: known.index(a) if a in known else known.index("unknown")).to_numpy(dtype=np.uint8)
    return Style(tuple(Klass(_(ACCESS_TITLES[a]), OPEN_SPACE[a], OPEN_SPACE[a]) for a in known), index)


def _stops(frame: pd.DataFrame) -> Style:
    if "frequency_class" not in frame:
        return Style((Klass(_("stop with service"), ACCENT, "#5cc8c4", "dot"),), np.zeros(len(frame), dtype=np.uint8))
    codes = [code for code, _t, _c in FREQUENCY]
    index = frame["frequency_class"].map(lambda c: codes.index(c) if c in codes else len(codes) - 1)
    classes = tuple(Klass(_(title), colour, "#d7c6ee" if code == "high" else colour, "dot")
                    for code, title, colour in FREQUENCY)
    return Style(classes, index.to_numpy(dtype=np.uint8))
