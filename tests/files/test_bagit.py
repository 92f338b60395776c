"""A BagIt folder is whole or not there, the same twice, and valid for the Library of Congress's own `bagit`."""

import io
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import BagError
from wemakeprice_sdk.files.bagit import SumKind, read_bag, seal_bag, write_bag

DAY = date(2026, 3, 4)
BOTH = (SumKind.SHA256, SumKind.SHA512)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def judge(folder: Path) -> bagit.Bag:
    bag = bagit.Bag(str(folder))
    bag.validate()
    return bag


class TestWriting:
    @pytest.mark.parametrize("sums", [(SumKind.SHA256,), (SumKind.SHA512,), BOTH], ids=str)
    def test_another_library_accepts_it(self, tmp_path: Path, sums: tuple[SumKind, ...]) -> None:
        (tmp_path / "source.bin").write_bytes(b"file")
        payload = {
            "images/1 a.jpg": b"bytes",
            "한글 이름.csv": io.BytesIO(b"stream"),
            "many": iter((b"it", b"era", b"tor")),
            "copied": tmp_path / "source.bin",
            "empty": b"",
        }
        report = write_bag(
            tmp_path / "bag", payload, date=DAY, info={"Source-Organization": "홍길동 상점"}, sums=sums
        )
        bag = judge(tmp_path / "bag")
        assert bag.info == {
            "Source-Organization": "홍길동 상점",
            "Bagging-Date": "2026-03-04",
            "Payload-Oxum": "23.5",
        }
        assert set(bag.algorithms) == {kind.value for kind in sums}
        assert {name.removeprefix("data/") for name in bag.payload_files()} == set(payload)
        assert (tmp_path / "bag/data/many").read_bytes() == b"iterator"
        assert (tmp_path / "bag/data/copied").read_bytes() == b"file"
        assert read_bag(tmp_path / "bag") == report
        assert report.complete
        assert report.size == 23

    def test_an_empty_bag_is_one_too(self, tmp_path: Path) -> None:
        assert write_bag(tmp_path / "bag", {}, date=DAY).files == ()
        assert judge(tmp_path / "bag").info["Payload-Oxum"] == "0.0"
        assert read_bag(tmp_path / "bag").complete

    def test_the_same_goes_in_the_same_comes_out(self, tmp_path: Path) -> None:
        payload = {"b": b"2", "a/c": b"1"}
        write_bag(tmp_path / "one", payload, date=DAY)
        write_bag(tmp_path / "two", reversed(payload.items()), date=DAY)
        assert contents(tmp_path / "one") == contents(tmp_path / "two")

    def test_only_its_owner_reads_it(self, tmp_path: Path) -> None:
        write_bag(tmp_path / "bag", {"a/b": b"1"}, date=DAY)
        modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "bag").rglob("*")}
        assert modes == {0}

    @settings(max_examples=40)
    @given(
        st.dictionaries(
            st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), st.binary(max_size=40), max_size=5
        )
    )
    def test_whatever_the_names_the_bag_is_valid_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, payload: dict[str, bytes]
    ) -> None:
        folder = tmp_path_factory.mktemp("bags") / "bag"
        try:
            report = write_bag(folder, payload, date=DAY)
        except BagError:
            assert not folder.exists()
            return
        judge(folder)
        assert {file.name: file.size for file in report.files} == {
            name: len(data) for name, data in payload.items()
        }
        assert read_bag(folder) == report


class TestRefusals:
    @pytest.mark.parametrize(
        "name",
        [
            "", ".", "../up", "a/../b", "/etc/passwd", "a//b", "a/", "C:/x", "a\\b", "100%.jpg", "a\nb", "~root/x",
            "NUL", "con.txt", "end.", "end ", " front", "\xa0", "end\u3000", "x" * 256, "가" * 86, "\ud800",
        ],
    )  # fmt: skip
    def test_a_name_that_some_disk_cannot_hold(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(BagError, match="cannot be the name"):
            write_bag(tmp_path / "bag", {"good": b"1", name: b"2"}, date=DAY)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("pair", [("a.jpg", "A.JPG"), ("\uac00", "\u1100\u1161"), ("same", "same")])
    def test_two_names_that_are_one_file_elsewhere(self, tmp_path: Path, pair: tuple[str, str]) -> None:
        with pytest.raises(BagError, match="one file on some systems"):
            write_bag(tmp_path / "bag", ((name, b"") for name in pair), date=DAY)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("info", "text"),
        [
            ({"a:b": "1"}, "no label"), ({"": "1"}, "no label"), ({"Note": "two\nlines"}, "one line"),
            ({"Payload-Oxum": "1.1"}, "leave it out"), ({"bagging-date": "x"}, "leave it out"),
        ],
    )  # fmt: skip
    def test_a_description_that_cannot_be_written(
        self, tmp_path: Path, info: dict[str, str], text: str
    ) -> None:
        with pytest.raises(BagError, match=text):
            write_bag(tmp_path / "bag", {}, date=DAY, info=info)

    def test_kinds_are_checked_at_the_door(self, tmp_path: Path) -> None:
        for payload, sums, day in (
            ("text", BOTH, DAY),
            ({"a": "text"}, BOTH, DAY),
            ({"a": ["text"]}, BOTH, DAY),
            ({"a": io.StringIO("text")}, BOTH, DAY),
            ({}, ["sha256"], DAY),
            ({}, BOTH, "2026-03-04"),
        ):
            with pytest.raises(TypeError):
                write_bag(tmp_path / "bag", payload, date=day, sums=sums)  # type: ignore[arg-type]
        with pytest.raises(BagError, match="at least one"):
            write_bag(tmp_path / "bag", {}, date=DAY, sums=())
        assert list(tmp_path.iterdir()) == []

    def test_what_is_there_stays_unless_it_is_to_be_replaced(self, tmp_path: Path) -> None:
        write_bag(tmp_path / "bag", {"old": b"1"}, date=DAY)
        with pytest.raises(BagError, match="is there already"):
            write_bag(tmp_path / "bag", {"new": b"2"}, date=DAY)
        with pytest.raises(ZeroDivisionError):
            write_bag(tmp_path / "bag", {"new": (bytes([1 // 0]) for _ in "a")}, date=DAY, replace=True)
        assert (tmp_path / "bag/data/old").exists()
        write_bag(tmp_path / "bag", {"new": b"2"}, date=DAY, replace=True)
        assert [path.name for path in tmp_path.iterdir()] == ["bag"]
        assert [file.name for file in read_bag(tmp_path / "bag").files] == ["new"]

    def test_a_missing_source_and_a_place_that_cannot_be(self, tmp_path: Path) -> None:
        with pytest.raises(BagError, match="No such file"):
            write_bag(tmp_path / "bag", {"a": tmp_path / "missing"}, date=DAY)
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(BagError, match="mend that"):
            write_bag(tmp_path / "file" / "bag", {}, date=DAY)
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    def test_a_killed_process_leaves_nothing_in_the_place(self, tmp_path: Path) -> None:
        script = (
            "import os, signal, sys\nfrom datetime import date\nfrom wemakeprice_sdk.files.bagit import write_bag\n"
            "def pieces():\n    yield b'half'\n    os.kill(os.getpid(), signal.SIGKILL)\n    yield b'never'\n"
            "write_bag(sys.argv[1], {'a': pieces()}, date=date(2026, 3, 4))\n"
        )
        done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "bag")], check=False)
        assert done.returncode == -signal.SIGKILL
        assert not (tmp_path / "bag").exists()
        assert [path.name.startswith(".bag.unfinished-") for path in tmp_path.iterdir()] == [True]
        assert write_bag(tmp_path / "bag", {"a": b"whole"}, date=DAY).complete


class TestSealing:
    def test_a_gathered_payload_becomes_a_bag_without_a_copy(self, tmp_path: Path) -> None:
        draft = tmp_path / "draft"
        (draft / "data/sub").mkdir(parents=True)
        (draft / "data/sub/a").write_bytes(b"1")
        inode = (draft / "data/sub/a").stat().st_ino
        report = seal_bag(draft, tmp_path / "bag", date=DAY, sums=BOTH)
        judge(tmp_path / "bag")
        assert (tmp_path / "bag/data/sub/a").stat().st_ino == inode
        assert not draft.exists()
        assert read_bag(tmp_path / "bag") == report

    def test_what_an_earlier_try_left_is_written_anew(self, tmp_path: Path) -> None:
        draft = tmp_path / "draft"
        (draft / "data").mkdir(parents=True)
        (draft / "manifest-sha512.txt").write_bytes(b"half")
        (draft / "bagit.txt").write_bytes(b"half")
        seal_bag(draft, tmp_path / "bag", date=DAY)
        assert set(judge(tmp_path / "bag").algorithms) == {"sha256"}

    def test_strays_and_links_are_refused_and_stay(self, tmp_path: Path) -> None:
        draft = tmp_path / "draft"
        (draft / "data").mkdir(parents=True)
        (draft / "stray").write_bytes(b"1")
        with pytest.raises(BagError, match="stray"):
            seal_bag(draft, tmp_path / "bag", date=DAY)
        (draft / "stray").unlink()
        (draft / "data/link").symlink_to("/etc/hostname")
        with pytest.raises(BagError, match="link"):
            seal_bag(draft, tmp_path / "bag", date=DAY)
        assert (draft / "data/link").is_symlink()


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    write_bag(tmp_path / "bag", {"a": b"1", "b": b"2"}, date=DAY, sums=BOTH)
    return tmp_path / "bag"


class TestReading:
    def found(self, bag: Path) -> set[tuple[str, str]]:
        return {(problem.path, problem.rule.split()[0]) for problem in read_bag(bag).problems}

    def test_changed_missing_and_added_files_are_named_together(self, bag: Path) -> None:
        (bag / "data/a").write_bytes(b"9")
        (bag / "data/b").unlink()
        (bag / "data/c").write_bytes(b"3")
        assert self.found(bag) == {
            ("data/a", "sha256"), ("data/a", "sha512"), ("data/b", "present"), ("data/c", "listed"),
        }  # fmt: skip
        with pytest.raises(bagit.BagValidationError):
            bagit.Bag(str(bag)).validate()

    def test_a_changed_description_is_seen(self, bag: Path) -> None:
        text = (bag / "bag-info.txt").read_text().replace("2.2", "3.9")
        (bag / "bag-info.txt").write_text(text)
        assert self.found(bag) == {
            ("bag-info.txt", "sha256"), ("bag-info.txt", "sha512"), ("bag-info.txt:Payload-Oxum", "3.9"),
        }  # fmt: skip

    @pytest.mark.parametrize("line", ["zz  data/a", "ab  ../../etc/passwd", "ab  /etc/passwd", "ab  data/a"])
    def test_a_forged_line_is_named_and_reads_nothing_outside(self, bag: Path, line: str) -> None:
        with (bag / "manifest-sha256.txt").open("a") as file:
            file.write(line + "\n")
        assert self.found(bag) == {
            ("manifest-sha256.txt:3", "sum,"), ("manifest-sha256.txt", "sha256"), ("manifest-sha256.txt", "sha512"),
        }  # fmt: skip

    def test_no_bag_at_all(self, bag: Path, tmp_path: Path) -> None:
        for name in ("manifest-sha256.txt", "manifest-sha512.txt"):
            (bag / name).unlink()
        with pytest.raises(BagError, match="no manifest"):
            read_bag(bag)
        (bag / "bagit.txt").write_bytes(b"BagIt-Version: 7\n")
        with pytest.raises(BagError, match="not the declaration"):
            read_bag(bag)
        (bag / "bagit.txt").write_bytes(b"\xff\xff")
        with pytest.raises(BagError, match="not UTF-8"):
            read_bag(bag)
        for folder in (tmp_path, tmp_path / "missing"):
            with pytest.raises(BagError, match="no BagIt folder"):
                read_bag(folder)

    def test_a_lost_payload_folder(self, bag: Path) -> None:
        (bag / "data").rename(bag / "elsewhere")
        assert {path for path, _ in self.found(bag)} >= {"data/", "data/a", "data/b"}

    def test_a_bag_of_another_library_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "new\nline").write_bytes(b"1")
        (tmp_path / "plain").write_bytes(b"2")
        bagit.make_bag(str(tmp_path), {"External-Description": "long " * 40}, checksums=["sha256", "md5"])
        report = read_bag(tmp_path)
        assert report.complete, report.problems
        assert [file.name for file in report.files] == ["new\nline", "plain"]
        assert dict(report.info)["External-Description"] == ("long " * 40).strip()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(bag: Path) -> None:
    (bag / "data/a").chmod(0)
    with pytest.raises(BagError, match="Permission denied"):
        read_bag(bag)
