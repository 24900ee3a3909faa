"""Pictures of classes: an array of small integers as a PNG with a palette, a few kilobytes for a city."""

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["class_picture", "data_uri"]

NOTHING = 255


def class_picture(classes: npt.NDArray[np.uint8], colours: Sequence[str]) -> bytes:
    r"""Encode classes as a palette PNG; 255 is transparent.

    Parameters
    ----------
    classes : numpy.ndarray, shape (height, width)
        Index of the colour of each cell, or 255.
    colours : sequence of str
        Colours as ``#rrggbb``, at most 255.

    Returns
    -------
    bytes
        The picture.

    Examples
    --------
    >>> class_picture(np.zeros((2, 2), np.uint8), ["#ffffff"])[:4]
    b'\x89PNG'
    """
    height, width = classes.shape
    index = np.where(classes == NOTHING, len(colours), classes).astype(np.uint8)
    rows = np.zeros((height, width + 1), dtype=np.uint8)
    rows[:, 1:] = index
    palette = b"".join(bytes.fromhex(colour.lstrip("#")) for colour in (*colours, "#ffffff"))
    alpha = bytes([255] * len(colours) + [0])
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"tRNS", alpha), (b"IDAT", zlib.compress(rows.tobytes(), 6)),
             (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def data_uri(content: bytes, media_type: str) -> str:
    """Give bytes as an address that holds them.

    Parameters
    ----------
    content : bytes
        The bytes.
    media_type : str
        Their type.

    Returns
    -------
    str
        The ``data:`` address.

    Examples
    --------
    >>> data_uri(b"a", "text/plain")
    'data:text/plain;base64,YQ=='
    """
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
