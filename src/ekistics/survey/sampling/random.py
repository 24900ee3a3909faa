"""Random numbers that anybody can make again from a published seed."""

import hashlib
from collections.abc import Iterable

import numpy as np

from ekistics.core.provenance import digest_bytes
from ekistics.survey.sampling.probabilities import Floats

__all__ = ["commitment", "generator", "permanent_random_numbers"]

_BITS = 53  # of a float's mantissa
_STEPS = 1 << _BITS


def commitment(seed: str) -> str:
    """Give the digest of a seed that is published before the draw.

    Parameters
    ----------
    seed : str
        The seed, kept to oneself until the draw.

    Returns
    -------
    str
        SHA-256 of its UTF-8 bytes, hexadecimal.

    Examples
    --------
    >>> commitment("an example, not a secret")[:12]
    'd2c13cf67c07'
    """
    return digest_bytes(seed.encode())


def permanent_random_numbers(codes: Iterable[str], seed: str) -> Floats:
    """Give each unit the random number it keeps from round to round.

    Parameters
    ----------
    codes : iterable of str
        Stable codes of the units.
    seed : str
        The panel's seed.

    Returns
    -------
    numpy.ndarray, shape (n_units,)
        Numbers above 0 and below 1 that depend on code and seed alone, neither on other units nor on their order.

    Notes
    -----
    Method: permanent random numbers after Ohlsson, Coordination of Samples Using Permanent Random Numbers (in Business
    Survey Methods, 1995). A number is the first 53 bits of SHA-256 of ``seed | code``, plus a half, by 2**53.

    Examples
    --------
    >>> permanent_random_numbers(["XMU-A", "XMU-B"], "seed").round(6).tolist()
    [0.692012, 0.381015]
    """
    return np.array([_unit_interval(f"{seed}|{code}") for code in codes], dtype=np.float64)


def _unit_interval(text: str) -> float:
    bits = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> (64 - _BITS)
    return (bits + 0.5) / _STEPS


def generator(seed: str, label: str = "") -> np.random.Generator:
    """Make a stream of random numbers from a seed and the name of what it is for.

    Parameters
    ----------
    seed : str
        The seed.
    label : str
        What the stream is for, such as the code of a stratum.

    Returns
    -------
    numpy.random.Generator
        PCG64 with SHA-256 of ``seed | label`` as a number. Draws take only ``random()`` from it, whose bits numpy
        promises to keep.

    Examples
    --------
    >>> generator("seed", "north").random() == generator("seed", "north").random()
    True
    """
    return np.random.Generator(np.random.PCG64(int(digest_bytes(f"{seed}|{label}".encode()), 16)))
