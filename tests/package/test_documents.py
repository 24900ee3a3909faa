"""The documents that the site shows: each is held against its schema and against the package's place."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ekistics.core.errors import PackageError
from ekistics.package import verify_package, write_package
from ekistics.package.documents import DOCUMENTS, read_document

from .conftest import make_package
from .sealing import reseal

SCHEMAS = files("ekistics.package") / "schema"


def example(name: str) -> dict[str, Any]:
    """Give the example that stands with a schema."""
    stem = name.removesuffix(".json")
    beside = SCHEMAS / f"{stem}-1.example.json"
    if beside.is_file():
        return json.loads(beside.read_text("utf-8"))
    return json.loads((SCHEMAS / f"{stem}-1.json").read_text("utf-8"))["examples"][0]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_example_of_each_schema_is_taken(name: str, tmp_path: Path) -> None:
    Draft7Validator.check_schema(json.loads((SCHEMAS / name.replace(".json", "-1.json")).read_text("utf-8")))
    (tmp_path / name).write_text(json.dumps(example(name)), encoding="utf-8")
    assert read_document(tmp_path, name) == example(name)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"schema_version": "2"}'])
def test_what_is_no_such_document_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PackageError, match=name):
        read_document(tmp_path, name)


def test_a_package_without_documents_has_none(tmp_path: Path) -> None:
    assert [read_document(tmp_path, name) for name in DOCUMENTS] == [None] * len(DOCUMENTS)


def test_verifying_looks_into_documents(tmp_path: Path) -> None:
    held = example("framework.json")
    write_package(make_package(), tmp_path / "p", documents={"framework.json": json.dumps(held).encode()})
    (problem,) = verify_package(tmp_path / "p").problems  # the package is about the city X
    assert (problem.code, problem.where) == ("schema", "framework.json")
    assert "another place" in problem.message
    (tmp_path / "p" / "framework.json").write_bytes(json.dumps(held | {"country": "X", "more": 1}).encode())
    reseal(tmp_path / "p")
    assert [p.where for p in verify_package(tmp_path / "p").problems] == ["framework.json"]


def test_that_a_slot_does_not_apply_needs_a_reason_and_an_office(tmp_path: Path) -> None:
    held = example("framework.json")
    for change in ({"reason": "no"}, {"by": ""}, {"state": "measured"}, {"slot": 78}):
        wrong = held | {"statements": [held["statements"][0] | change]}
        (tmp_path / "framework.json").write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(PackageError):
            read_document(tmp_path, "framework.json")
