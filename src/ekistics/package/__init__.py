"""The profile package: the only hand-over between computing and the platform."""

from ekistics.package.model import SCHEMA_VERSION, Layer, ProfilePackage
from ekistics.package.read import read_package
from ekistics.package.verify import Problem, Verification, verify_package
from ekistics.package.write import write_package

__all__ = ["SCHEMA_VERSION", "Layer", "Problem", "ProfilePackage", "Verification", "read_package", "verify_package",
           "write_package"]
