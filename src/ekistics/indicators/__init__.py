"""Indicators: one module each, a registry, golden cases and the suite that every indicator must pass."""

from ekistics.indicators.registry import BUILTIN, GROUP, IndicatorModule, compute, module, modules, spec, specs

__all__ = ["BUILTIN", "GROUP", "IndicatorModule", "compute", "module", "modules", "spec", "specs"]
