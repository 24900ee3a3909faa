"""Uploaded tables of observations, one module a format; each gives the same raw table of text cells."""

from ekistics.readers.uploads.kinds import Kind, sniff
from ekistics.readers.uploads.raw import CellFault, CellKind, RawTable, UploadLimits
from ekistics.readers.uploads.read import read_upload

__all__ = ["CellFault", "CellKind", "Kind", "RawTable", "UploadLimits", "read_upload", "sniff"]
