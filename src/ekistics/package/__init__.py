"""The profile package: the only hand-over between computing and the platform."""

from ekistics.package.model import Layer, ProfilePackage

__all__ = ["Layer", "ProfilePackage"]
