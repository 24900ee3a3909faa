"""A profile package as one zip archive, streamed; the same package gives the same bytes."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ekistics.core.errors import PackageError
from ekistics.core.i18n import _
from ekistics.package.descriptor import listed_files, load_descriptor

__all__ = ["zip_package"]

_PACKED = (".parquet", ".tif", ".pmtiles", ".pdf")  # packed inside already
_MADE = (1980, 1, 1, 0, 0, 0)  # the first day that a zip archive can tell
_MODE = 0o100644 << 16
_PIECE = 1 << 20


def zip_package(folder: Path) -> Iterator[bytes]:
    """Stream a package as a zip archive.

    Parameters
    ----------
    folder : pathlib.Path
        The package; what its descriptor does not list is left out.

    Returns
    -------
    iterator of bytes
        Pieces of the archive, which hold the package without a folder around it. Packing is that of the zlib in use:
        another release of it may give other bytes of the same content.

    Raises
    ------
    MissingInputError
        There is no package.
    PackageError
        A listed file is not there, or is a link or outside the package.
    """
    folder = Path(folder)
    names = sorted(set(listed_files(load_descriptor(folder))))
    for name in names:
        path = folder / name
        if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            raise PackageError(_("A file of the package is not there."), where=name)
    return _pieces(folder, names)


def _pieces(folder: Path, names: list[str]) -> Iterator[bytes]:
    stream = _Stream()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _MADE)
            entry.external_attr, entry.create_system = _MODE, 3
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            entry.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, archive.open(entry, "w") as packed:
                while piece := source.read(_PIECE):
                    packed.write(piece)
                    yield stream.taken()
    yield stream.taken()


class _Stream(io.RawIOBase):
    """Collects what is written until it is taken; it cannot go back, so sizes follow each file."""

    def __init__(self) -> None:
        self._pieces = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._pieces += piece
        return len(piece)

    def taken(self) -> bytes:
        """Give what was written since the last time."""
        piece = bytes(self._pieces)
        self._pieces.clear()
        return piece
