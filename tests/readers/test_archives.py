"""Archives that must not be opened, and what is said about them."""

import stat
import zipfile
from pathlib import Path

import pytest

from ekistics.core.errors import InputFormatError, MissingInputError, UnsafeArchiveError
from ekistics.readers.archives import open_archive, read_member


def make(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_sound_archive_gives_its_members(tmp_path):
    with open_archive(make(tmp_path / "a.zip", {"deep/stops.txt": b"stop_id\n1\n"})) as archive:
        assert read_member(archive, "deep/stops.txt") == b"stop_id\n1\n"


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(MissingInputError, match=r"gone\.zip"):
        open_archive(tmp_path / "gone.zip")


def test_a_truncated_archive_is_refused(tmp_path):
    whole = make(tmp_path / "a.zip", {"stops.txt": b"x" * 5000}).read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputFormatError, match=r"half\.zip.*truncated"):
        open_archive(tmp_path / "half.zip")


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "picture.zip").write_bytes(b"\x89PNG" + b"0" * 100)
    with pytest.raises(InputFormatError, match="another kind"):
        open_archive(tmp_path / "picture.zip")


def test_a_zip_bomb_is_refused_before_anything_is_unpacked(tmp_path):
    bomb = make(tmp_path / "bomb.zip", {"zeros.txt": b"\0" * 3_000_000})
    assert bomb.stat().st_size < 10_000
    with pytest.raises(UnsafeArchiveError, match="unpack to more"):
        open_archive(bomb, max_unpacked_mb=2)
    open_archive(bomb, max_unpacked_mb=3).close()


def test_overlapping_members_are_refused(tmp_path):
    path = make(tmp_path / "overlap.zip", {"a.txt": b"abcdefgh" * 100, "b.txt": b"b"})
    content = bytearray(path.read_bytes())
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[second + 42:second + 46] = (5).to_bytes(4, "little")  # the second member starts inside the first
    path.write_bytes(content)
    with pytest.raises(UnsafeArchiveError, match="overlap"):
        open_archive(path)


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/etc/evil.txt", "..\\evil.txt", "C:\\evil.txt"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path, name):
    with pytest.raises(UnsafeArchiveError, match="leaves its folder"):
        open_archive(make(tmp_path / "a.zip", {name: b"1"}))


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnsafeArchiveError, match="link"):
        open_archive(tmp_path / "a.zip")


def test_an_encrypted_archive_is_refused(tmp_path):
    path = make(tmp_path / "a.zip", {"stops.txt": b"1"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(InputFormatError, match="encrypted"):
        open_archive(path)


def test_a_member_whose_bytes_are_damaged_is_refused_when_read(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("stops.txt", b"stop_id,stop_name\n")
    path.write_bytes(path.read_bytes().replace(b"stop_id,", b"stop_xx,", 1))
    with open_archive(path) as archive, pytest.raises(InputFormatError, match=r"a\.zip/stops\.txt.*damaged"):
        read_member(archive, "stops.txt")


def test_a_member_that_lies_about_its_size_cannot_unpack_to_more(tmp_path):
    path = make(tmp_path / "liar.zip", {"zeros.txt": b"\0" * 3_000_000})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24:directory + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    with open_archive(path, max_unpacked_mb=1) as archive, pytest.raises(InputFormatError, match="damaged"):
        read_member(archive, "zeros.txt")
