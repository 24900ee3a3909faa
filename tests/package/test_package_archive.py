"""A package goes out as a zip archive and comes in through one: whole, or not at all."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from ekistics.core.errors import InputFormatError, MissingInputError, PackageError, UnsafeArchiveError
from ekistics.jobs.package_upload import receive_package, verify_archive
from ekistics.package import verify_package, write_package
from ekistics.package.archive import zip_package

from .sealing import reseal


@pytest.fixture
def folder(small, tmp_path) -> Path:
    write_package(small, tmp_path / "source", documents={"profile.html": b"<!doctype html>"})
    return tmp_path / "source"


@pytest.fixture
def door(tmp_path) -> Path:
    (tmp_path / "door").mkdir()
    return tmp_path / "door"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def sent(folder: Path, path: Path, *, below: str = "", **members: bytes) -> Path:
    """Zip a package as a user would, with other members beside it; ``__`` stands for ``/``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, below + file.relative_to(folder).as_posix())
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def test_what_goes_out_comes_in(folder, door, tmp_path):
    (tmp_path / "p.zip").write_bytes(b"".join(zip_package(folder)))
    outcome = receive_package(tmp_path / "p.zip", door / "p")
    assert outcome.ok
    assert outcome == verify_package(door / "p")
    assert names(door) == ["p"]
    for file in folder.rglob("*"):
        if file.is_file():
            assert (door / "p" / file.relative_to(folder)).read_bytes() == file.read_bytes()


def test_other_programs_unpack_it_to_a_whole_package(folder, tmp_path):
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_package(folder)))) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "out")
    assert verify_package(tmp_path / "out").ok


def test_the_same_package_gives_the_same_bytes(folder, tmp_path):
    first = b"".join(zip_package(folder))
    os.utime(folder / "checks.json", (1e9, 1e9))
    (folder / "checks.json").chmod(0o600)
    (folder / "note.txt").write_text("not listed")
    assert b"".join(zip_package(folder)) == first
    assert b"note.txt" not in first


def test_it_is_sent_in_pieces(folder):
    (folder / "profile.html").write_bytes(b"x" * 5_000_000)
    assert max(map(len, zip_package(folder))) < 3_000_000


def test_only_whole_packages_are_sent(folder, tmp_path):
    with pytest.raises(MissingInputError):
        zip_package(tmp_path / "none")
    (folder / "checks.json").unlink()
    with pytest.raises(PackageError, match=r"checks\.json"):
        zip_package(folder)
    (tmp_path / "secret").write_text("secret")
    (folder / "checks.json").symlink_to(tmp_path / "secret")
    with pytest.raises(PackageError, match=r"checks\.json"):
        zip_package(folder)


def test_one_folder_around_the_package_is_taken_off(folder, door, tmp_path):
    assert receive_package(sent(folder, tmp_path / "p.zip", below="my city/"), door / "p").ok
    assert (door / "p" / "datapackage.json").is_file()


@pytest.mark.parametrize(("members", "error", "words"), [
    ({"extra.txt": b"x"}, PackageError, "not whole: 1 problem[.].*extra.txt"),
    ({"..__evil.txt": b"x"}, UnsafeArchiveError, "leaves its folder"),
    ({"__etc__evil.txt": b"x"}, UnsafeArchiveError, "leaves its folder"),
    ({"zeros.bin": b"\0" * 3_000_000}, UnsafeArchiveError, "zip bomb"),
    ({"checks.json__x": b"x"}, UnsafeArchiveError, "two files of one name"),
])
def test_nothing_is_left_of_what_is_refused(folder, door, tmp_path, members, error, words):
    path = sent(folder, tmp_path / "secretplace.zip", **members)
    with pytest.raises(error, match=f"^secretplace.zip.*{words}"):
        receive_package(path, door / "p")
    assert names(door) == []
    assert not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("name", ["my city/{away}", "my city/\\{away}", "my city//../{away}", "my city/../../evil.txt"])
@pytest.mark.parametrize("open_door", [lambda path, door: receive_package(path, door / "p"),
                                       lambda path, _door: verify_archive(path)])
def test_nothing_is_written_beside_the_folder_that_is_taken_off(folder, door, tmp_path, name, open_door):
    away = tmp_path / "away" / "evil.txt"  # what is left of its name begins with the root
    path = sent(folder, tmp_path / "p.zip", below="my city/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name.format(away=away), b"x")
    try:
        outcome = open_door(path, door)
    except (PackageError, UnsafeArchiveError):
        outcome = None
    assert outcome is None or not outcome.ok
    assert not away.exists() and names(door) == []


def test_a_changed_file_is_refused(folder, door, tmp_path):
    (folder / "profile.html").write_bytes(b"<!doctype  html")
    with pytest.raises(PackageError, match=r"profile\.html: The file was changed"):
        receive_package(sent(folder, tmp_path / "p.zip"), door / "p")
    assert names(door) == []


def test_a_link_is_refused(folder, door, tmp_path):
    path = sent(folder, tmp_path / "p.zip")
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnsafeArchiveError, match="link"):
        receive_package(path, door / "p")


def test_limits_are_kept(folder, door, tmp_path):
    path = sent(folder, tmp_path / "p.zip")
    with pytest.raises(UnsafeArchiveError, match="too many files"):
        receive_package(path, door / "p", max_members=3)
    with pytest.raises(UnsafeArchiveError, match="unpack to more"):
        receive_package(path, door / "p", max_unpacked_mb=0)


def test_an_archive_without_a_package_is_refused(door, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "readme.txt").write_text("hello")
    with pytest.raises(InputFormatError, match="holds no profile package"):
        receive_package(sent(tmp_path / "a", tmp_path / "p.zip"), door / "p")
    (tmp_path / "q.zip").write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(InputFormatError, match=r"^q\.zip"):
        receive_package(tmp_path / "q.zip", door / "p")
    with pytest.raises(MissingInputError, match=r"gone\.zip"):
        receive_package(tmp_path / "gone.zip", door / "p")


def test_a_table_is_told_from_a_damaged_archive(folder, door):
    for open_door in (verify_archive, lambda path: receive_package(path, door / "p")):
        with pytest.raises(InputFormatError, match=r"observations\.csv: This file is no package\..*as ZIP"):
            open_door(folder / "observations.csv")
    assert names(door) == []


def test_what_is_there_is_not_replaced(folder, door, tmp_path):
    (door / "p").mkdir()
    with pytest.raises(PackageError, match="in the way"):
        receive_package(sent(folder, tmp_path / "p.zip"), door / "p")


def test_damage_in_a_file_leaves_nothing(folder, door, tmp_path):
    path = tmp_path / "p.zip"
    path.write_bytes(b"".join(zip_package(folder)))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("observations.csv")
    for i in range(entry.header_offset + 60, entry.header_offset + 90):
        content[i] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputFormatError, match=r"observations\.csv.*damaged"):
        receive_package(path, door / "p")
    assert names(door) == []


def test_what_is_wrong_with_a_file_is_said_without_the_folder_it_was_unpacked_to(package, tmp_path):
    folder = tmp_path / "source"
    write_package(package, folder)
    junk = [path for path in folder.rglob("*") if path.suffix in (".pmtiles", ".parquet", ".tif")]
    for path in junk:
        path.write_bytes(b"no such thing")
    reseal(folder)
    outcome = verify_archive(sent(folder, tmp_path / "p.zip"))
    said = {problem.where: problem.message for problem in outcome.problems}
    assert {path.relative_to(folder).as_posix() for path in junk} <= said.keys() and len(junk) > 5
    for message in said.values():
        assert "ekistics-verify" not in message and "/tmp" not in message and "<DRIVER>" not in message, message
