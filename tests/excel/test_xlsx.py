"""Worksheets as real writers leave them, and the two ways of reading a row held against each other."""

from __future__ import annotations

import io
import math
import tracemalloc
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import excel_corpus as corpus
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.errors import UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.excel import ExcelMigrator
from wemakeprice_sdk.files import CellError, rowpattern
from wemakeprice_sdk.files.cells import Cell, Serial
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget, FileLimits
from wemakeprice_sdk.files.rowpattern import CellReaders, RowPattern, date_reader, padded_reader
from wemakeprice_sdk.files.sharedstrings import SharedStrings, read_shared_strings
from wemakeprice_sdk.files.sheetrows import SheetRows
from wemakeprice_sdk.files.xlsx import format_reader

WORDS = ["영", "하나 & 둘", "<셋>", ""]


def reader(
    xml: bytes, *, size: int = 1 << 20, limits: FileLimits = DEFAULT_LIMITS, head: Sequence[str] = WORDS
) -> SheetRows:
    chunks = [xml[at : at + size] for at in range(0, len(xml), size)]
    readers = CellReaders(WORDS.__getitem__, head, (None, date_reader(), padded_reader(5)))
    return SheetRows(chunks, readers, Budget(limits), "sheet")


def rows_of(xml: bytes, **options: object) -> list[tuple[int, list[Cell]]]:
    return [(number, list(cells)) for number, cells in reader(xml, **options)]  # type: ignore[arg-type]


def trimmed(rows: Sequence[tuple[int, Sequence[Cell]]]) -> list[tuple[int, list[Cell]]]:
    found = []
    for number, cells in rows:
        kept = list(cells)
        while kept and kept[-1] is None:
            kept.pop()
        found.append((number, kept))
    return found


def sheet(body: str, **options: str) -> bytes:
    return corpus.sheet_xml([], body=body, **options).encode()


def slowly(xml: bytes) -> list[tuple[int, list[Cell]]]:
    """Read through expat alone: a comment in front keeps the patterns out."""
    rows = reader(xml.replace(b"<sheetData>", b"<!-- slow --><sheetData>", 1))
    found = trimmed(list(rows))
    assert rows.fast_rows == 0
    return found


CELLS = {
    "number": ('<c r="A1"><v>12</v></c>', 12),
    "fraction": ('<c r="A1"><v>1.5</v></c>', 1.5),
    "scientific": ('<c r="A1"><v>1.2E3</v></c>', 1200),
    "negative": ('<c r="A1"><v>-3</v></c>', -3),
    "typed number": ('<c r="A1" t="n"><v>12</v></c>', 12),
    "shared": ('<c r="A1" t="s"><v>1</v></c>', "하나 & 둘"),
    "inline": ('<c r="A1" t="inlineStr"><is><t>가 &amp; 나</t></is></c>', "가 & 나"),
    "inline runs": ('<c r="A1" t="inlineStr"><is><r><t>가</t></r><r><t>나</t></r></is></c>', "가나"),
    "phonetic": ('<c r="A1" t="inlineStr"><is><t>가</t><rPh sb="0" eb="1"><t>x</t></rPh></is></c>', "가"),
    "preserved": ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> 가 </t></is></c>', " 가 "),
    "formula text": ('<c r="A1" t="str"><f>B1&amp;C1</f><v>가</v></c>', "가"),
    "formula number": ('<c r="A1"><f t="shared" si="0"/><v>7</v></c>', 7),
    "formula of zero": ('<c r="A1"><f>B1</f><v>0</v></c>', 0),
    "formula that POI never computed": ('<c r="A1"><f>B1*0.9</f><v>0.0</v></c>', CellError("#FORMULA")),
    "zero of POI": ('<c r="A1" t="n"><v>0.0</v></c>', 0),
    "double of POI": ('<c r="A1" t="n"><v>3.00000001E8</v></c>', 300000001),
    "double of more digits than are exact": ('<c r="A1"><v>3.0000000100000001E16</v></c>', 3.00000001e16),
    "whole number that only begins like one": ('<c r="A1"><v>2500.0.0</v></c>', CellError("2500.0.0")),
    "number with an underscore": ('<c r="A1"><v>25_00</v></c>', CellError("25_00")),
    "formula without value": ('<c r="A1"><f>B1</f></c>', CellError("#FORMULA")),
    "true": ('<c r="A1" t="b"><v>1</v></c>', True),
    "false": ('<c r="A1" t="b"><v>0</v></c>', False),
    "error": ('<c r="A1" t="e"><v>#N/A</v></c>', CellError("#N/A")),
    "date": ('<c r="A1" s="1"><v>45306.5</v></c>', Serial(45306.5)),
    "padded": ('<c r="A1" s="2"><v>12</v></c>', "00012"),
    "padded double of POI": ('<c r="A1" s="2"><v>123.0</v></c>', "00123"),
    "padded fraction": ('<c r="A1" s="2"><v>12.5</v></c>', 12.5),
    "padded negative": ('<c r="A1" s="2"><v>-5.0</v></c>', -5),
    "iso date": ('<c r="A1" t="d"><v>2024-01-15T00:00:00</v></c>', "2024-01-15T00:00:00"),
    "style after type": ('<c r="A1" t="s" s="1"><v>0</v></c>', "영"),
    "escaped x": ('<c r="A1" t="inlineStr"><is><t>가_x000A_나_x005F_x</t></is></c>', "가\n나_x"),
    "character reference": ('<c r="A1" t="inlineStr"><is><t>&#44032;&#xAC01;</t></is></c>', "가각"),
    "cdata": ('<c r="A1" t="inlineStr"><is><t><![CDATA[<가>]]></t></is></c>', "<가>"),
    "blank": ('<c r="A1" s="1"/>', None),
    "empty element": ('<c r="A1"></c>', None),
    "blank of POI": ('<c r="A1" s="1"></c>', None),
    "blank with a type": ('<c r="A1" t="n"></c>', None),
    "empty text": ('<c r="A1" t="inlineStr"><is><t/></is></c>', ""),
    "single quotes": ("<c r='A1' t='inlineStr'><is><t>가</t></is></c>", "가"),
    "no number": ('<c r="A1"><v>abc</v></c>', CellError("abc")),
    "huge number": ('<c r="A1"><v>1e999</v></c>', CellError("1e999")),
    "many digits": (f'<c r="A1"><v>{"9" * 500}</v></c>', CellError("9" * 64)),
    "line break": ('<c r="A1" t="inlineStr"><is><t>가\r\n나\r다</t></is></c>', "가\n나\n다"),
}


@pytest.mark.parametrize("name", CELLS)
def test_cell(name: str) -> None:
    xml, expected = CELLS[name]
    body = f'<row r="1">{xml}<c r="B1"><v>1</v></c></row>'
    for rows in (rows_of(sheet(body)), slowly(sheet(body))):
        value = rows[0][1][0]
        assert value == expected
        assert type(value) is type(expected)
        assert rows[0][1][1] == 1


def cells_strategy() -> st.SearchStrategy[str]:
    text = st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12
    ).map(escape)
    number = st.one_of(
        st.integers(-(10**17), 10**17).map(str), st.floats(allow_nan=False, allow_infinity=False).map(repr)
    )
    return st.one_of(
        text.map(lambda t: f' t="inlineStr"><is><t>{t}</t></is></c>'),
        text.map(lambda t: f' t="str"><f>A1</f><v>{t}</v></c>'),
        number.map(lambda n: f"><v>{n}</v></c>"),
        number.map(lambda n: f' s="1"><v>{n}</v></c>'),
        st.integers(0, 3).map(lambda n: f' t="s"><v>{n}</v></c>'),
        st.just(' s="2"/>'),
        st.just(' s="2"></c>'),
        st.just(" t='s'></c>"),
        st.just(' t="b"><v>1</v></c>'),
    )


@given(
    st.lists(st.lists(st.one_of(st.none(), cells_strategy()), max_size=6), min_size=1, max_size=12),
    st.integers(20, 400),
)
def test_both_ways_of_reading_agree(table: list[list[str | None]], size: int) -> None:
    body = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{corpus.letters(at)}{number}"{cell}' for at, cell in enumerate(row) if cell is not None
        )
        + "</row>"
        for number, row in enumerate(table, 1)
    )
    xml = sheet(body)
    assert trimmed(rows_of(xml, size=size)) == slowly(xml)


USUAL = [
    "><v>{0}</v></c>",
    "><v>{0}</v></c>",
    ' t="s"><v>{1}</v></c>',
    ' t="inlineStr"><is><t>글 {0}</t></is></c>',
    ' s="1"><v>{0}.5</v></c>',
    ' s="2"><v>{1}</v></c>',
]
ODD = [
    None,
    "/>",
    ' s="2"/>',
    "></c>",
    "><v></v></c>",
    "><v>+5</v></c>",
    "><v>-5</v></c>",
    "><v> 7 </v></c>",
    "><v>007</v></c>",
    "><v>1_0</v></c>",
    "><v>٣</v></c>",
    "><v>1&#48;</v></c>",
    "><v>1.0</v></c>",
    f"><v>{'9' * 18}</v></c>",
    f"><v>{'9' * 64}</v></c>",
    f"><v>{'9' * 65}</v></c>",
    f"><v>{'9' * 5000}</v></c>",
    ' t="s"><v>0</v></c>',
    ' t="s"><v>3</v></c>',
    ' t="s"><v> 1</v></c>',
    ' t="s"><v>x</v></c>',
    ' t="s"><v></v></c>',
    ' s="1" t="s"><v>2</v></c>',
    ' s="1"><v>45306</v></c>',
    ' s="2"><v>7</v></c>',
    ' t="b"><v>1</v></c>',
    ' t="e"><v>#N/A</v></c>',
    ' t="str"><v>글</v></c>',
    ' t="inlineStr"><is><t></t></is></c>',
    ' t="inlineStr"><is><t>가&amp;나_x0041_</t></is></c>',
    ' t="inlineStr"><is><r><t>가</t></r><r><t>나</t></r></is></c>',
    ' t="inlineStr"><v>3</v></c>',
    "><f>A1</f><v>3</v></c>",
]


def exact(rows: Sequence[tuple[int, Sequence[Cell]]]) -> list[tuple[int, list[tuple[type, Cell]]]]:
    return [(number, [(type(cell), cell) for cell in cells]) for number, cells in trimmed(rows)]


@given(
    st.dictionaries(
        st.tuples(st.integers(2, 40), st.integers(0, len(USUAL) - 1)), st.sampled_from(ODD), max_size=30
    ),
    st.integers(200, 9000),
    st.integers(0, len(WORDS)),
)
def test_odd_cells_among_even_rows(odd: dict[tuple[int, int], str | None], size: int, head: int) -> None:
    """What a column has learned from its first cells must not show in those that come later."""
    body = ""
    for row in range(1, 41):
        body += f'<row r="{row}">'
        for at, usual in enumerate(USUAL):
            form = ' t="s"><v>{1}</v></c>' if row == 1 else usual
            cell = odd.get((row, at), form.format(row, row % 3))
            body += "" if cell is None else f'<c r="{corpus.letters(at)}{row}"{cell}'
        body += "</row>"
    xml = sheet(body)
    assert exact(list(reader(xml, size=size, head=WORDS[:head]))) == exact(slowly(xml))


def test_long_texts_are_not_held_by_their_column() -> None:
    words = [f"{number:04}" + "가" * 500 for number in range(50)]
    body = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{row % 50}</v></c><c r="B{row}"><v>{row}</v></c></row>'
        for row in range(1, 2001)
    )
    asked: list[int] = []

    def outside(index: int) -> str:
        asked.append(index)
        return words[index]

    xml = sheet(body)
    chunks = [xml[at : at + 9000] for at in range(0, len(xml), 9000)]
    rows = SheetRows(chunks, CellReaders(outside), Budget(DEFAULT_LIMITS), "sheet")
    assert [cells[0] for _, cells in rows] == [words[row % 50] for row in range(1, 2001)]
    assert len(asked) == 2000


def test_rows_are_matched_in_c() -> None:
    xml = corpus.sheet_xml(corpus.products() * 200).encode()
    rows = reader(xml)
    assert len(list(rows)) == 800
    assert rows.fast_rows == 800
    assert rows.slow_rows == 0


@pytest.mark.parametrize("blank", ['<c r="B{0}" s="1"/>', '<c r="B{0}" s="1"></c>'])
def test_styled_blanks_are_matched_in_c(blank: str) -> None:
    row = '<row r="{0}"><c r="A{0}" t="n"><v>{0}.0</v></c>' + blank + '<c r="C{0}"><v>1</v></c></row>\n'
    rows = reader(sheet("".join(row.format(number) for number in range(1, 301))))
    assert [list(cells) for _, cells in rows] == [[number, None, 1] for number in range(1, 301)]
    assert rows.slow_rows == 0


# How software begins a row, ends it, and writes a text and a number into column {1} of row {0}.
SHAPES = {
    "POI, streaming": (
        '<row r="{0}">\n',
        "</row>\n",
        '<c r="{1}{0}" t="inlineStr"><is><t>{2}</t></is></c>',
        '<c r="{1}{0}" t="n"><v>{2}.0</v></c>',
    ),
    "POI, with a style": (
        '<row r="{0}" customHeight="true" ht="20.0">\n',
        "</row>\n",
        '<c r="{1}{0}" s="2" t="inlineStr"><is><t xml:space="preserve">{2}</t></is></c>',
        '<c r="{1}{0}" s="1" t="n"><v>{2}.0</v></c>',
    ),
    "Excel": (
        '<row r="{0}" spans="1:6" x14ac:dyDescent="0.3">',
        "</row>",
        '<c r="{1}{0}" t="str"><f>A{0}&amp;"x"</f><v>{2}</v></c>',
        '<c r="{1}{0}"><f t="shared" si="0"/><v>{2}</v></c>',
    ),
    "LibreOffice": (
        '<row r="{0}" customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false">',
        "</row>",
        '<c r="{1}{0}" s="0" t="str"><v>{2}</v></c>',
        '<c r="{1}{0}" s="0" t="n"><v>{2}</v></c>',
    ),
    "PHP_XLSXWriter": (
        '<row collapsed="false" customFormat="false" customHeight="false" hidden="false" ht="12.1" outlineLevel="0" r="{0}">',
        "</row>",
        '<c r="{1}{0}" s="0" t="inlineStr"><is><t>{2}</t></is></c>',
        '<c r="{1}{0}" s="0" t="n"><v>{2}</v></c>',
    ),
    "SheetJS": (
        '<row r="{0}">',
        "</row>",
        '<c r="{1}{0}" t="str"><v xml:space="preserve"> {2} </v></c>',
        '<c r="{1}{0}"><v>{2}</v></c>',
    ),
    "indented": (
        '\n  <row r="{0}">',
        "\n  </row>",
        '\n    <c r="{1}{0}" t="inlineStr"><is><t>{2}</t></is></c>',
        '\n    <c r="{1}{0}"><v>{2}</v></c>',
    ),
}


def shaped(shape: str, rows: range) -> str:
    begin, end, text, number = SHAPES[shape]
    body = ""
    for row in rows:
        cells = "".join(
            number.format(row, letter, row * 7)
            if at % 2
            else text.format(row, letter, f"글 {row} &amp; {at}")
            for at, letter in enumerate("ABCDEF")
        )
        body += begin.format(row) + cells + end
    return body


@pytest.fixture
def general_rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Positions at which the general pattern, which is some times slower than a learned one, took a row."""
    taken: list[int] = []
    general = rowpattern.general_pattern

    def counted(*given: object) -> RowPattern:
        pattern = general(*given)  # type: ignore[arg-type]

        def match(text: str, at: int) -> object:
            found = pattern.match(text, at)
            taken.extend([at] if found else [])
            return found

        return evolve(pattern, match=match)

    monkeypatch.setattr(rowpattern, "general_pattern", counted)
    return taken


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_every_writer_are_matched_by_what_was_learned(shape: str, general_rows: list[int]) -> None:
    xml = sheet(shaped(shape, range(1, 601)))
    rows = reader(xml)
    found = exact(list(rows))
    assert (rows.fast_rows, rows.slow_rows, general_rows) == (600, 0, [])
    assert found == exact(slowly(xml))


def test_a_sheet_that_changes_its_way_of_writing_is_learned_anew(general_rows: list[int]) -> None:
    xml = sheet(shaped("POI, streaming", range(1, 401)) + shaped("LibreOffice", range(401, 3001)))
    rows = reader(xml, size=20_000)
    assert exact(list(rows)) == exact(slowly(xml))
    assert len(general_rows) < 250
    assert rows.slow_rows == 0


def test_a_sheet_that_grows_wider_is_learned_anew() -> None:
    body = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{corpus.letters(at)}{row}"><v>{row}</v></c>' for at in range(2 if row < 300 else 9))
        + "</row>"
        for row in range(1, 2001)
    )
    rows = reader(sheet(body), size=10_000)
    assert exact(list(rows)) == exact(slowly(sheet(body)))
    assert rows.slow_rows < 400


@given(
    st.sampled_from(sorted(SHAPES)),
    st.dictionaries(st.tuples(st.integers(1, 40), st.integers(0, 5)), st.sampled_from(ODD), max_size=20),
    st.integers(200, 9000),
)
def test_odd_cells_in_rows_of_every_writer(
    shape: str, odd: dict[tuple[int, int], str | None], size: int
) -> None:
    begin, end, text, number = SHAPES[shape]
    body = ""
    for row in range(1, 41):
        body += begin.format(row)
        for at, letter in enumerate("ABCDEF"):
            usual = (number if at % 2 else text).format(row, letter, row)
            cell = odd.get((row, at), usual)
            body += cell if cell == usual else "" if cell is None else f'<c r="{letter}{row}"{cell}'
        body += end
    xml = sheet(body)
    assert exact(list(reader(xml, size=size))) == exact(slowly(xml))


@pytest.mark.parametrize("dimension", ["A1", "A1:A1", "B5:C9", "A1:XFD1048576", "nonsense"])
def test_dimension_is_not_believed(migrator: ExcelMigrator, tmp_path: Path, dimension: str) -> None:
    data = corpus.package({"상품": corpus.sheet_xml(corpus.products(), dimension=dimension)})
    parsed = list(migrator.products(corpus.save(tmp_path, "a.xlsx", data)))
    assert [one.record.product_name for one in parsed if one.record] == [
        "면 반팔 티셔츠",
        "청바지 & 벨트",
        "겨울 <패딩>",
    ]


def test_prefixed_elements(tmp_path: Path) -> None:
    plain = corpus.sheet_xml(corpus.products())
    prefixed = (
        plain.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
    )
    rows = reader(prefixed.encode())
    assert trimmed(list(rows)) == trimmed(rows_of(plain.encode()))
    assert rows.slow_rows == 0


@pytest.mark.parametrize("encoding", ["utf-16", "euc-kr"])
def test_other_encodings_go_through_expat(encoding: str) -> None:
    plain = corpus.sheet_xml(corpus.products())
    other = plain.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
    if encoding == "euc-kr":
        with pytest.raises(UnreadableFileError):
            rows_of(other)
        return
    assert trimmed(rows_of(other)) == trimmed(rows_of(plain.encode()))


def test_missing_references_count_on() -> None:
    body = "<row><c><v>1</v></c><c><v>2</v></c></row><row r='7'><c r='C7'><v>3</v></c><c><v>4</v></c></row>"
    assert rows_of(sheet(body)) == [(1, [1, 2, None, None]), (7, [None, None, 3, 4])]


def test_self_closed_rows_in_between() -> None:
    body = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2" ht="15"/><row r="3"><c r="A3"><v>3</v></c></row>'
    )
    assert trimmed(rows_of(sheet(body))) == [(1, [1]), (2, []), (3, [3])]


def test_one_wide_row_does_not_widen_thousands_of_empty_ones() -> None:
    body = '<row r="1"><c r="A1"><v>1</v></c></row>' + "<row/>" * 20_000
    body += '<row r="20002"><c r="ZZ20002"><v>1</v></c></row><row r="20003"><c r="A20003"><v>2</v></c></row>'
    blocks = list(reader(sheet(body)).blocks())
    assert sum(len(block.numbers) for block in blocks) == 20_003
    assert sum(len(block.numbers) * len(block.columns) for block in blocks) < 300 * 702


def test_rows_of_one_kind_stay_together() -> None:
    """An odd row here and there must not cut the rows around it into small pieces."""
    plain = '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}" t="s"><v>1</v></c></row>'
    rich = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><r><t>가</t></r></is></c></row>'
    body = "".join((rich if row % 3 == 0 else plain).format(row) for row in range(1, 1001))
    rows = reader(sheet(body))
    blocks = list(rows.blocks())
    assert rows.slow_rows == 333
    assert rows.fast_rows == 667
    assert [len(block.numbers) for block in blocks] == [16, 256, 256, 256, 216]


def test_far_cell_is_not_materialised(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = corpus.products()
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>'
    xml = corpus.sheet_xml(table).replace("</sheetData>", far + "</sheetData>")
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml}))
    with migrator.preview(path) as preview:
        assert preview.counts.new == 3
        assert any("column limit" in note for note in preview.notes)


def test_comment_in_the_middle_switches_to_expat_and_loses_nothing() -> None:
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c></row>'
    body = (
        "".join(row.format(n) for n in range(1, 50))
        + "<!-- </row> -->"
        + "".join(row.format(n) for n in range(50, 99))
    )
    rows = reader(sheet(body), size=300)
    assert [(number, list(cells)) for number, cells in rows] == [(n, [n]) for n in range(1, 99)]
    assert rows.fast_rows > 0
    assert rows.slow_rows > 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda xml: xml[:-30],
        lambda xml: xml.replace(b"</sheetData>", b""),
        lambda xml: xml.replace(b"</row>", b"</raw>", 1),
        lambda xml: xml.replace(b"<v>", b"<v>&loose ", 1),
        lambda xml: xml.replace(b"300000001", b"30\xff00001", 1),
        lambda xml: xml.replace(b't="inlineStr"', b't="s"', 1).replace(b"<is><t>", b"<v>99</v><is><t>", 1),
        lambda xml: xml.replace(b'r="A1"', b'r="1A"', 1),
        lambda xml: b"not xml at all",
        lambda xml: b"",
    ],
)
def test_damage_is_a_typed_error(migrator: ExcelMigrator, tmp_path: Path, damage: object) -> None:
    xml = damage(corpus.sheet_xml(corpus.products()).encode())  # type: ignore[operator]
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml}))
    with pytest.raises(UnreadableFileError):
        list(migrator.products(path))


def test_hidden_first_sheet_is_not_the_data(migrator: ExcelMigrator, tmp_path: Path) -> None:
    hidden = [corpus.PRODUCT_HEADERS, [1, "숨은 상품", "판매중", "판매중", "노출", 1, "", "", "", 1]]
    data = corpus.package(
        {
            "hidden": corpus.sheet_xml(hidden),
            "안내": corpus.sheet_xml([["안내문"]]),
            "상품": corpus.sheet_xml(corpus.products()),
        },
        hidden=["hidden"],
    )
    inspection = migrator.inspect(corpus.save(tmp_path, "a.xlsx", data))
    assert inspection.sheet == "상품"
    only = corpus.package({"hidden": corpus.sheet_xml(corpus.products())}, hidden=["hidden"])
    inspection = migrator.inspect(corpus.save(tmp_path, "b.xlsx", only))
    assert any("hidden" in note for note in inspection.notes)


@pytest.mark.parametrize("styles", ["<styleSheet><oops", "<styleSheet/>", "<!DOCTYPE x><styleSheet/>"])
def test_a_bad_style_sheet_costs_only_styles(migrator: ExcelMigrator, tmp_path: Path, styles: str) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(corpus.products(), styles=styles))
    with migrator.preview(path) as preview:
        assert preview.counts.new == 3


@pytest.mark.parametrize(("date1904", "serial"), [(False, 45306.4166666667), (True, 43844.4166666667)])
def test_date_systems(migrator: ExcelMigrator, tmp_path: Path, date1904: bool, serial: float) -> None:
    styles = '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd&quot;일&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    header = corpus.sheet_xml([["상품번호", "상품명", "판매시작일"]])
    row = f'<row r="2">{corpus.cell_xml(2, 0, 300000001)}{corpus.cell_xml(2, 1, "가방")}{corpus.cell_xml(2, 2, serial, "1")}</row>'
    data = corpus.package(
        {"상품": header.replace("</sheetData>", row + "</sheetData>")}, styles=styles, date1904=date1904
    )
    (parsed,) = migrator.products(corpus.save(tmp_path, "a.xlsx", data))
    assert parsed.record is not None
    assert str(parsed.record.sale_start) == "2024-01-15 10:00:00+09:00"
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"), ("[$-412]AM/PM h:mm", "date"), ("h:mm:ss", "date"), ("[h]:mm", "date"), ("General", "plain"),
        ('#,##0"원"', "plain"), ('0"days"', "plain"), ("[Red]0.00", "plain"), ("00000", "padded"), ("00000;@", "padded"), ("00000.0", "plain"), ("@", "plain"), ("0.00E+00", "plain"),
    ],
)  # fmt: skip
def test_number_formats(code: str, kind: str) -> None:
    made = format_reader(code)
    value = made("45306") if made else "plain"
    assert {"date": Serial(45306), "padded": "45306", "plain": "plain"}[kind] == value


def test_workbook_without_a_list_of_sheets(migrator: ExcelMigrator, tmp_path: Path) -> None:
    data = corpus.package(
        {}, extra={"xl/worksheets/sheet1.xml": corpus.sheet_xml(corpus.products()).encode()}
    )
    with migrator.preview(corpus.save(tmp_path, "a.xlsx", data)) as preview:
        assert preview.counts.new == 3


def test_shared_strings_beyond_memory() -> None:
    words = [f"글 {number} {'가' * (number % 7)}" for number in range(2000)]
    xml = (
        f"<sst xmlns='{corpus.TRANSITIONAL}'>"
        + "".join(f"<si><t>{word}</t></si>" for word in words)
        + "</sst>"
    )
    data = xml.encode()
    chunks = [data[at : at + 5000] for at in range(0, len(data), 5000)]
    store = read_shared_strings(chunks, Budget(FileLimits(shared_string_memory=1)))
    assert store[10] == words[10]
    assert len(store) < 1000
    assert [store[at] for at in range(2000)] == words
    assert len(store.head) < 1000
    assert [store[at] for at in range(1999, 0, -97)] == [words[at] for at in range(1999, 0, -97)]
    with pytest.raises(UnreadableFileError):
        store[2000]
    store.close()


@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=9
        ),
        max_size=40,
    ),
    st.integers(5, 200),
)
def test_shared_strings_read_back(words: list[str], size: int) -> None:
    body = "".join(f'<si><t xml:space="preserve">{escape(word)}</t></si>' for word in words)
    data = f'<?xml version="1.0" encoding="utf-8"?><sst xmlns="{corpus.TRANSITIONAL}">{body}</sst>'.encode()
    store = read_shared_strings([data[at : at + size] for at in range(0, len(data), size)], Budget())
    store.read_all()
    assert [store[at] for at in range(len(store))] == words
    with pytest.raises(UnreadableFileError):
        store[len(words)]


def test_damage_behind_the_last_string_that_is_used(migrator: ExcelMigrator, tmp_path: Path) -> None:
    data = corpus.shared(corpus.products())
    source = zipfile.ZipFile(io.BytesIO(data))
    parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"</sst>", b"<si><t>cut")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    with pytest.raises(UnreadableFileError):
        list(migrator.products(corpus.save(tmp_path, "a.xlsx", memory.getvalue())))


def test_store_without_strings() -> None:
    store = SharedStrings(10)
    assert len(store) == 0
    with pytest.raises(UnreadableFileError):
        store[0]


def test_row_number_past_the_end() -> None:
    for body in (
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        "<row r='99999999'><c><v>1</v></c></row>",
    ):
        with pytest.raises(UnsafeFileError, match="rows"):
            rows_of(sheet(body))


def test_serials_never_are_nan() -> None:
    rows = rows_of(sheet('<row r="1"><c r="A1" s="1"><v>nan</v></c><c r="B1"><v>Infinity</v></c></row>'))
    assert all(isinstance(cell, CellError) for cell in rows[0][1])
    assert not any(isinstance(cell, float) and math.isnan(cell) for cell in rows[0][1])


def test_rows_without_numbers_go_on_from_the_rows_above() -> None:
    numbered = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(3, 6))
    bare = "".join(f"<row><c><v>{row}</v></c></row>" for row in range(6, 9))
    rows = reader(sheet(numbered + bare))
    assert trimmed(list(rows)) == [(row, [row]) for row in range(3, 9)] == slowly(sheet(numbered + bare))
    assert (rows.fast_rows, rows.slow_rows) == (3, 3)


@pytest.mark.parametrize("style", ["", ' s="1"'])
def test_sizes_are_those_of_the_text_not_of_its_escapes(style: str) -> None:
    body = "".join(
        f'<row r="{row}"><c r="A{row}"{style} t="inlineStr"><is><t>{"&quot;" * 22_000}</t></is></c></row>'
        for row in (1, 2)
    )
    assert trimmed(list(reader(sheet(body)))) == [(row, ['"' * 22_000]) for row in (1, 2)]
    rows = reader(sheet(body), limits=FileLimits(cell_text=22_000, row_text=22_000))
    assert len(list(rows)) == rows.fast_rows == 2
    for bounds in (FileLimits(cell_text=21_999), FileLimits(row_text=21_999)):
        with pytest.raises(UnsafeFileError, match="_text=22,000"):
            list(reader(sheet(body), limits=bounds))


@pytest.mark.parametrize("escape", ["", "&#120;"])
def test_styles_and_kinds_are_no_text(escape: str) -> None:
    cells = f'<c r="A1234567" s="123456789" t="str"><f>{escape}</f><v>가나다</v></c>'
    rows = reader(
        sheet(f'<row r="1234567">{cells}</row>'), limits=FileLimits(row_text=3, cell_text=3, rows=9_999_999)
    )
    assert trimmed(list(rows)) == [(1234567, ["가나다"])]
    assert rows.fast_rows == 1


def stored(words: Sequence[str], memory: int) -> SharedStrings:
    body = "".join(f"<si><t>{word}</t></si>" for word in words)
    data = f"<sst xmlns='{corpus.TRANSITIONAL}'>{body}</sst>".encode()
    chunks = [data[at : at + 5000] for at in range(0, len(data), 5000)]
    return read_shared_strings(chunks, Budget(FileLimits(shared_string_memory=memory)))


def referring(store: SharedStrings, rows: Sequence[Sequence[int]], *, slow: bool, **limits: int) -> SheetRows:
    body = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{corpus.letters(at)}{number}" t="s"><v>{index}</v></c>' for at, index in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    xml = sheet(body)
    xml = xml.replace(b"<sheetData>", b"<!-- slow --><sheetData>", 1) if slow else xml
    readers = CellReaders(store.__getitem__, store.head, (), store)
    return SheetRows([xml], readers, Budget(FileLimits(**limits)), "sheet")


def test_long_shared_strings_are_not_kept_in_memory() -> None:
    store = stored([f"{number:04} {'x' * 10_000}" for number in range(2_000)], 1 << 20)
    store.read_all()
    tracemalloc.start()
    try:
        assert all(store[at].startswith(f"{at:04} ") for at in range(2_000))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    store.close()


@pytest.mark.parametrize("slow", [False, True])
def test_rows_of_long_shared_strings_are_not_all_held_at_once(slow: bool) -> None:
    count, size = 3_000, 20_000
    store = stored([f"{number:04} {'x' * size}" for number in range(count)], 1 << 20)
    store.read_all()
    rows = referring(store, [[at] for at in range(count)], slow=slow)
    numbers: list[int] = []
    tracemalloc.start()
    try:
        for number, cells in rows:
            numbers.append(number)
            assert isinstance(cells[0], str)
            assert cells[0].startswith(f"{number - 1:04} ")
        assert tracemalloc.get_traced_memory()[1] < count * size // 2
    finally:
        tracemalloc.stop()
    assert numbers == list(range(1, count + 1))
    assert (rows.fast_rows == 0) is slow
    store.close()


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("memory", [1, 48 << 20])
def test_a_row_of_long_shared_strings_is_measured(slow: bool, memory: int) -> None:
    store = stored(["x" * 10_000, *["y"] * 200, *["z" * 10_000] * 200], memory)
    wide = [*range(195, 215), 0]
    rows = [[at] for at in range(5)] + [wide]
    assert len(list(referring(store, rows, slow=slow, row_text=160_000))) == 6
    with pytest.raises(UnsafeFileError, match="row_text=150,006 in row 6"):
        list(referring(store, rows, slow=slow, row_text=150_005))
    store.close()


def test_rows_and_columns_without_size_are_hidden(migrator: ExcelMigrator, tmp_path: Path) -> None:
    sheet = corpus.sheet_xml(corpus.products())
    sheet = sheet.replace(
        "<sheetData>", '<cols><col min="2" max="2" width="0" customWidth="1"/></cols><sheetData>'
    )
    sheet = sheet.replace('<row r="3"', '<row r="3" ht="0" customHeight="1"')
    with migrator.preview(corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": sheet}))) as found:
        assert found.counts.new == 3
        assert [sign.rule for sign in found.signs] == ["hidden-rows", "hidden-columns"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-01-15T11:59:59.9999999Z", "2024-01-15T21:00:00+09:00"), ("2024-01-15T12:00:00.123456789012345+09:00", "2024-01-15T12:00:00+09:00"),
        ("2024-12-31T23:59:59.5", "2025-01-01T00:00:00+09:00"),
    ],
)  # fmt: skip
def test_fractions_of_a_second_are_rounded_in_any_zone(
    migrator: ExcelMigrator, tmp_path: Path, text: str, wanted: str
) -> None:
    head = corpus.sheet_xml([["상품번호", "상품명", "판매시작일"]])
    row = f'<row r="2">{corpus.cell_xml(2, 0, 300000001)}{corpus.cell_xml(2, 1, "가방")}<c r="C2" t="d"><v>{text}</v></c></row>'
    sheet = head.replace("</sheetData>", row + "</sheetData>")
    (one,) = migrator.products(corpus.save(tmp_path, "a.xlsx", corpus.package({"s": sheet})))
    assert one.record is not None
    assert one.record.sale_start is not None
    assert one.record.sale_start.isoformat() == wanted
