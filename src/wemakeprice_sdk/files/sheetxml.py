"""What workbooks written as text (XLSX) share: what a cell holds, cells of text, the parts around the rows.

The same rows give the same bytes: every part has the same fixed time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import IO, Final, TypeAlias
from unicodedata import east_asian_width
from zipfile import ZIP_DEFLATED, ZipFile

MOST_CELL_TEXT: Final = 32_767
"""Characters (UTF-16 units, so that an emoji is two) that a cell holds."""

MOST_ROWS: Final = 1_048_576
"""Rows of a sheet with its header."""

LINE_HEIGHT: Final = 15
"""Height of a line of text, in points."""
MOST_LINES: Final = 27
"""Lines that the height of a row is given for: Excel takes no row higher than 409 points."""

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SHEETML: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_VENDOR: Final = "application/vnd.openxmlformats-package"
_LEVEL: Final = 3
"""Level of compression: half the time of the usual one for a file that is a tenth larger."""
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold at all, and a carriage return, which XML readers turn into another letter."""
_LINE_ENDS: Final = re.compile("\r\n?")
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

_Targets: TypeAlias = "Sequence[tuple[str, str]]"
"""Kinds of relationship, and the parts they lead to."""


def escape(text: str) -> str:
    """Return a text as XML spells it between tags."""
    # The one of xml.sax would import an HTTP client with it, a tenth of what a runner takes to import.
    return text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")


def _attribute(text: str) -> str:
    return escape(text).replace('"', "&quot;")


# --- cells -------------------------------------------------------------------------------------------------


def sheet_text(text: str) -> str:
    """Return a text as a cell can hold it: line ends are `\\n`, and what XML cannot say is left out."""
    return text if text.isprintable() else UNWRITABLE.sub("", _LINE_ENDS.sub("\n", text))


def text_width(text: str) -> int:
    """Return how many columns of type a text takes; Hangul and other wide letters count two."""
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


def fits_cell(text: str) -> bool:
    """Return whether a cell can hold a text."""
    return 2 * len(text) <= MOST_CELL_TEXT or _units(text) <= MOST_CELL_TEXT


def fitted_text(text: str) -> str:
    """Return a text as long as a cell can hold it; one that is cut says so at its end."""
    if fits_cell(text):
        return text
    mark = f"… 〈셀 한도를 넘어 잘림 (cut): {len(text):,}자〉"
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (MOST_CELL_TEXT - _units(mark))]
    # Half an emoji at the cut is left out.
    return kept.decode("utf-16-le", "ignore") + mark


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def literal(text: str) -> str:
    """Return a text so that a spreadsheet shows it as it is: `_x0041_` would be read as the letter A."""
    return _ESCAPED.sub("_x005F_", text) if "_x" in text else text


def text_cell(place: str, text: str, style: int = 0) -> str:
    """Return a cell of text, whatever it begins with; `text` is what `sheet_text` returns."""
    marked = f' s="{style}"' if style else ""
    shown = escape(literal(text))
    return f'<c r="{place}"{marked} t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


# --- parts -------------------------------------------------------------------------------------------------


def new_archive(file: str | os.PathLike[str] | IO[bytes]) -> ZipFile:
    """Open the archive of a workbook to write."""
    return ZipFile(file, "w", ZIP_DEFLATED, compresslevel=_LEVEL)


def open_sheet(archive: ZipFile, number: int) -> IO[bytes]:
    """Open the part of a sheet, counted from 1, to write."""
    # By name: what is opened by a ZipInfo does not take the archive's level of compression.
    return archive.open(_sheet_part(number), "w", force_zip64=True)


def sheet_start(layout: str, properties: str = "") -> str:
    """Return how a sheet with a frozen header begins; `layout` says how wide its columns are."""
    return (
        f'{_HEAD}<worksheet xmlns="{MAIN}">{properties}<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews>{layout}<sheetData>"
    )


def write_frame(
    archive: ZipFile, names: Sequence[str], styles: str, *, created: datetime | None = None
) -> None:
    """Write the parts that hold no rows: sheets of these names stand beside them.

    `created` is the date the file says it was made; without it the file says none.
    """
    for name, text in _frame(names, styles, created):
        with archive.open(name, "w") as part:
            part.write(f"{_HEAD}{text}".encode())


def _frame(names: Sequence[str], styles: str, created: datetime | None) -> Iterator[tuple[str, str]]:
    numbered = list(enumerate(names, start=1))
    kinds = {"xl/workbook.xml": f"{_SHEETML}.sheet.main+xml", "xl/styles.xml": f"{_SHEETML}.styles+xml"}
    kinds |= {_sheet_part(at): f"{_SHEETML}.worksheet+xml" for at, _ in numbered}
    root = [(f"{_OFFICE}/officeDocument", "xl/workbook.xml")]
    if created is not None:
        kinds["docProps/core.xml"] = f"{_VENDOR}.core-properties+xml"
        root.append((f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"))
        yield "docProps/core.xml", _core(created)
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in kinds.items()
    )
    sheets = "".join(
        f'<sheet name="{_attribute(name)}" sheetId="{at}" r:id="rId{at}"/>' for at, name in numbered
    )
    links = [(f"{_OFFICE}/worksheet", f"worksheets/sheet{at}.xml") for at, _ in numbered]
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    yield "xl/_rels/workbook.xml.rels", _relations([*links, (f"{_OFFICE}/styles", "styles.xml")])
    yield "xl/styles.xml", styles
    yield "_rels/.rels", _relations(root)
    rels = f'<Default Extension="rels" ContentType="{_VENDOR}.relationships+xml"/>'
    yield "[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{rels}{overrides}</Types>'


def _sheet_part(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _relations(targets: _Targets) -> str:
    rows = "".join(
        f'<Relationship Id="rId{at}" Type="{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _core(created: datetime) -> str:
    # Whole seconds in UTC, as the format asks for.
    at = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created></cp:coreProperties>'
    )
