"""Deciding what a file is from what it holds; the extension is never asked."""

from __future__ import annotations

import re
from pathlib import Path

from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files.delimited import DelimitedFile, HeaderTest, declared_encoding
from wemakeprice_sdk.files.guard import Archive
from wemakeprice_sdk.files.limits import Budget, FileLimits, over
from wemakeprice_sdk.files.markup import HtmlWorkbook
from wemakeprice_sdk.files.workbook import FileFormat, Workbook
from wemakeprice_sdk.files.xls import XlsWorkbook
from wemakeprice_sdk.files.xlsx import XlsxWorkbook
from wemakeprice_sdk.files.xml2003 import Xml2003Workbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
_HEAD = 1 << 16
_HTML_MARKS = ("<html", "<table", "<!doctype html", "<body", "<meta", "<tr", "<head", "<style")
_RESAVE = "open it in Excel and save it as .xlsx (엑셀에서 열어 .xlsx로 저장한 뒤 다시 올려 주세요)"
_TABLES = (
    (b"ID;P", "a SYLK file (.slk)"),
    (b"TABLE\r\n0,1", "a DIF file (.dif)"),
    (b"TABLE\n0,1", "a DIF file (.dif)"),
)
_MHTML = re.compile(
    r"\A(?=[\w-]{1,60}:)(?=.{0,4000}^mime-version:)(?=.{0,4000}^content-type:\s{0,20}(?:multipart/|text/html))",
    re.DOTALL | re.MULTILINE,
)
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x1f\x8b": "a gzip file",
    b"SQLite format 3": "a database",
    b"{\\rtf": "an RTF document",
}


def sniff(path: Path, limits: FileLimits) -> FileFormat:
    """Name the real format of a file.

    Raises `UnreadableFileError` for an empty file, an encrypted workbook or a format that is no table, and
    `UnsafeFileError` for a file above `limits.file_bytes`.
    """
    head = _head(path, limits)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return FileFormat.XLSX
    if head.startswith(_OLE):
        return FileFormat.XLS
    for mark, what in _FOREIGN.items():
        if head.startswith(mark):
            raise UnreadableFileError(
                f"this is {what}, not a spreadsheet; export the list as Excel and give that file "
                "(엑셀 파일이 아닙니다. 엑셀로 내려받은 파일을 올려 주세요)"
            )
    for mark, what in _TABLES:
        if head.startswith(mark):
            raise UnreadableFileError(f"this is {what}; {_RESAVE}")
    if head.startswith(_BIFF):
        return FileFormat.XLS
    return _sniff_text(head)


def _head(path: Path, limits: FileLimits) -> bytes:
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise over("file_bytes", size, limits.file_bytes)
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise UnreadableFileError(
            f"the file cannot be opened: {error.strerror} (파일을 열 수 없습니다. 경로를 확인해 주세요)"
        ) from error
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFileError("the file is empty (빈 파일입니다. 다시 내려받아 주세요)")
    return head


def _sniff_text(head: bytes) -> FileFormat:
    encoding = declared_encoding(head)
    if not encoding and b"\0" in head:
        raise UnreadableFileError(
            "a binary file of no known kind (알 수 없는 형식의 파일입니다. .xlsx로 다시 저장해 주세요)"
        )
    text = head.decode(encoding or "utf-8", "replace").lstrip("\ufeff \t\r\n").lower()
    if _MHTML.match(text):
        return FileFormat.MHTML
    if text.startswith("<"):
        if "urn:oasis:names:tc:opendocument" in text:
            raise UnreadableFileError(f"this is an OpenDocument file (.fods); {_RESAVE}")
        if "urn:schemas-microsoft-com:office:spreadsheet" in text and "<html" not in text:
            return FileFormat.XML2003
        if text.startswith(_HTML_MARKS) or any(mark in text for mark in _HTML_MARKS):
            return FileFormat.HTML
        if text.startswith(("<?xml", "<workbook")):
            return FileFormat.XML2003
    if "<table" in text[:4096] and "<tr" in text:
        return FileFormat.HTML
    return FileFormat.CSV


def open_workbook(
    path: Path, limits: FileLimits, budget: Budget, is_header: HeaderTest | None = None
) -> Workbook:
    """Open a file with the reader that its content asks for; `is_header` helps to find a delimiter.

    Raises `UnreadableFileError` or `UnsafeFileError`, never anything of the readers themselves.
    """
    kind = sniff(path, limits)
    try:
        if kind is FileFormat.XLSX:
            _refuse_other_archives(path, limits)
            return XlsxWorkbook.open(path, limits, budget)
        if kind is FileFormat.XLS:
            _refuse_encrypted(path)
            return XlsWorkbook.open(path, limits, budget)
        if kind is FileFormat.HTML:
            return HtmlWorkbook.open(path, limits, budget)
        if kind is FileFormat.MHTML:
            return HtmlWorkbook.open_archive(path, limits, budget)
        if kind is FileFormat.XML2003:
            return Xml2003Workbook.open(path, limits, budget)
        return DelimitedFile.open(path, limits, budget, is_header)
    except OSError as error:
        raise UnreadableFileError(
            f"the file cannot be read: {error.strerror} (파일을 읽을 수 없습니다. 다시 내려받아 주세요)"
        ) from error


def _refuse_other_archives(path: Path, limits: FileLimits) -> None:
    archive = Archive.open(path, limits)
    try:
        names = archive.names
    finally:
        archive.close()
    if "xl/workbook.bin" in names:
        raise UnreadableFileError(f"this is a binary workbook (.xlsb); {_RESAVE}")
    if any(name.startswith("xl/") for name in names) or (
        "_rels/.rels" in names and "mimetype" not in names and "word/document.xml" not in names
    ):
        return
    if "mimetype" in names or "content.xml" in names:
        raise UnreadableFileError(f"this is an OpenDocument file (.ods); {_RESAVE}")
    if "index/document.iwa" in names:
        raise UnreadableFileError(
            "this is a Numbers file; export it as Excel in Numbers "
            "(Numbers에서 Excel 형식으로 내보낸 뒤 다시 올려 주세요)"
        )
    raise UnreadableFileError(
        "a zip archive that is no workbook; unpack it and give the file inside "
        "(압축을 풀어서 그 안의 파일을 올려 주세요)"
    )


def _refuse_encrypted(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in head:
        raise UnreadableFileError(
            "the workbook is protected by a password; save it without one "
            "(암호로 보호된 파일입니다. 암호를 해제하고 저장한 뒤 다시 올려 주세요)"
        )
