"""Ekistics, the open urban observatory: trusted numbers about cities, with their method, uncertainty and proof.

The names below are the public surface; each is loaded when it is first used, so that ``import ekistics`` stays fast.

Examples
--------
>>> import ekistics
>>> ekistics.spec("sdg_11_3_1").number
'11.3.1'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ekistics.core.errors import EkisticsError
    from ekistics.geo.degurba import DegurbaParameters, classify
    from ekistics.indicators import spec, specs
    from ekistics.jobs.delineate import run as delineate
    from ekistics.jobs.profile import profile, validate
    from ekistics.jobs.sample_city import make_sample_city
    from ekistics.package.read import read_package
    from ekistics.package.verify import verify_package

__version__ = "0.1.0"

__all__ = ["DegurbaParameters", "EkisticsError", "classify", "delineate", "make_sample_city", "profile", "read_package",
           "spec", "specs", "validate", "verify_package"]

_HOMES = {
    "DegurbaParameters": "ekistics.geo.degurba",
    "EkisticsError": "ekistics.core.errors",
    "classify": "ekistics.geo.degurba",
    "delineate": "ekistics.jobs.delineate:run",
    "make_sample_city": "ekistics.jobs.sample_city",
    "profile": "ekistics.jobs.profile",
    "read_package": "ekistics.package.read",
    "spec": "ekistics.indicators",
    "specs": "ekistics.indicators",
    "validate": "ekistics.jobs.profile",
    "verify_package": "ekistics.package.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ekistics' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute or name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
