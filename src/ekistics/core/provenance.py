"""Where a number comes from: the inputs with their checksums, and the run that made it, hashed to one id."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Provenance", "Run", "digest_bytes", "digest_file", "digest_values"]


def digest_file(path: Path) -> str:
    """Give the SHA-256 of a file, read in blocks.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    str
        Lower-case hexadecimal digest.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_bytes(content: bytes) -> str:
    """Give the SHA-256 of some bytes.

    Parameters
    ----------
    content : bytes
        The bytes.

    Returns
    -------
    str
        Lower-case hexadecimal digest.

    Examples
    --------
    >>> digest_bytes(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(content).hexdigest()


def digest_values(values: Any) -> str:
    """Give one digest of plain values (mappings, sequences, text, numbers), whatever the order of their keys.

    Parameters
    ----------
    values : object
        Anything that JSON can hold.

    Returns
    -------
    str
        Lower-case hexadecimal digest.

    Examples
    --------
    >>> digest_values({"a": 1, "b": 2}) == digest_values({"b": 2, "a": 1})
    True
    """
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return digest_bytes(text.encode())


@dataclass(frozen=True, slots=True)
class Provenance:
    """One input: who made it, under which licence, when it was fetched, and what exactly was read.

    Parameters
    ----------
    name : str
        File name as given, without its folder.
    sha256 : str
        Checksum of the file.
    role : str
        What the input is to the run, such as ``population`` or ``streets``.
    producer, citation, licence, accessed : str, optional
        As the user states them; empty when not stated, and the profile says so.
    time_period : str, optional
        What time the input describes.
    """

    name: str
    sha256: str
    role: str = ""
    producer: str = ""
    citation: str = ""
    licence: str = ""
    accessed: str = ""
    time_period: str = ""

    @classmethod
    def of_file(cls, path: Path, *, role: str, time_period: str = "",
                stated: Mapping[str, str] | None = None) -> "Provenance":
        """Describe a file as an input: its name and checksum, and what its user states about it.

        Parameters
        ----------
        path : pathlib.Path
            The file.
        role : str
            What the input is to the run.
        time_period : str
            What time it describes, in SDMX form.
        stated : mapping, optional
            Any of producer, citation, licence and accessed.

        Returns
        -------
        Provenance
            The record.
        """
        return cls(path.name, digest_file(path), role=role, time_period=time_period, **dict(stated or {}))

    @property
    def id(self) -> str:
        """Give the short id by which observations refer to this input."""
        return f"{self.role or 'input'}:{self.sha256[:12]}"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: inputs' checksums, parameters, method editions and code version, hashed to one id.

    Parameters
    ----------
    inputs : tuple of Provenance
        What was read; within a role the order counts, as it says which file was read in which way.
    parameters : mapping
        Every parameter with the value used, defaults included.
    methods : mapping
        Indicator code to method edition.
    code_version : str
        Version of the program.

    Examples
    --------
    >>> a = Run((), {"x": 1}, {"sdg_11_3_1": "2021-03"}, "0.1.0")
    >>> a.id == Run((), {"x": 1}, {"sdg_11_3_1": "2021-03"}, "0.1.0").id
    True
    """

    inputs: tuple[Provenance, ...]
    parameters: Mapping[str, Any]
    methods: Mapping[str, str]
    code_version: str
    id: str = field(init=False)

    def __post_init__(self) -> None:
        content = {"inputs": [(p.role, p.sha256) for p in sorted(self.inputs, key=lambda p: p.role)],
                   "parameters": dict(self.parameters), "methods": dict(self.methods), "code": self.code_version}
        object.__setattr__(self, "id", digest_values(content)[:16])

    def as_dict(self) -> dict[str, Any]:
        """Give the run as plain values, for the package's descriptor.

        Returns
        -------
        dict
            The keys id, inputs, parameters, methods and code_version.
        """
        return {"id": self.id, "inputs": [asdict(p) | {"id": p.id} for p in self.inputs],
                "parameters": dict(self.parameters), "methods": dict(self.methods), "code_version": self.code_version}
