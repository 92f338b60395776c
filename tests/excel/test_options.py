"""Options as sellers write them: several in one cell, levels with titles, none at all."""

from __future__ import annotations

from pathlib import Path

import excel_corpus as corpus
import pytest

from wemakeprice_sdk.excel import ExcelMigrator

HEADERS = ["상품번호", "상품명", "판매가", "옵션명", "재고수량"]
Read = tuple[list[tuple[str | None, int | None]], list[str]]


def read(migrator: ExcelMigrator, folder: Path, *rows: list[object], headers: list[str] = HEADERS) -> Read:
    """Return the options of the one product of a sheet with their stock, and the rules that were broken."""
    path = corpus.save(folder, "a.xlsx", corpus.xlsx([headers, *rows]))
    (one,) = migrator.products(path)
    assert one.record is not None
    options = [(option.name, option.stock_count) for option in one.record.options]
    return options, [problem.rule for problem in one.problems]


@pytest.mark.parametrize(
    ("name", "stock", "options"),
    [
        ("빨강\n파랑", "1\n2", [("빨강", 1), ("파랑", 2)]), ("빨강\r\n파랑", "1\r\n2", [("빨강", 1), ("파랑", 2)]),
        ("빨강、파랑", "1、2", [("빨강", 1), ("파랑", 2)]), ("빨강，파랑", "1，2", [("빨강", 1), ("파랑", 2)]),
        ("빨강/파랑", "1/2", [("빨강", 1), ("파랑", 2)]), ("색상:빨강|파랑", "1|2", [("색상:빨강", 1), ("색상:파랑", 2)]),
        ("색상=빨강|파랑", "1|2", [("색상=빨강", 1), ("색상=파랑", 2)]), ("색상：빨강,파랑", "1,2", [("색상：빨강", 1), ("색상：파랑", 2)]),
        ("90,95,100", "1,2,3", [("90", 1), ("95", 2), ("100", 3)]),
    ],
)  # fmt: skip
def test_lists_with_their_stock(
    migrator: ExcelMigrator, tmp_path: Path, name: str, stock: str, options: list[tuple[str, int]]
) -> None:
    assert read(migrator, tmp_path, [300000001, "티셔츠", 100, name, stock]) == (options, [])


@pytest.mark.parametrize(
    "name",
    [
        "빨강，파랑",
        "빨강、파랑",
        "빨강;파랑",
        "색상:빨강,파랑|사이즈:S,M",
        "빨강\n파랑",
        "S/M/L",
        "90,95,100",
    ],
)
def test_a_list_with_one_stock_is_flagged(migrator: ExcelMigrator, tmp_path: Path, name: str) -> None:
    found = read(migrator, tmp_path, [300000001, "티셔츠", 100, name, 20])
    assert found == ([(name, 20)], ["several-options"])


@pytest.mark.parametrize(
    "name",
    [
        "색상:빨강|사이즈:L",
        "색상:빨강, 사이즈:L",
        "색상:빨강;사이즈:L",
        "색상:빨강\n사이즈:L",
        "색상=빨강/사이즈=L",
        "1,000ml",
        "10,000mAh 배터리",
        "블랙/L",
    ],
)
def test_levels_and_numbers_are_one_option(migrator: ExcelMigrator, tmp_path: Path, name: str) -> None:
    assert read(migrator, tmp_path, [300000001, "티셔츠", 100, name, 5]) == ([(name, 5)], [])


def test_a_list_among_options_of_their_own_rows_is_flagged(migrator: ExcelMigrator, tmp_path: Path) -> None:
    rows: list[list[object]] = [[300000001, "티셔츠", 100, "빨강", 5], [None, None, None, "파랑,검정", 6]]
    assert read(migrator, tmp_path, *rows) == ([("빨강", 5), ("파랑,검정", 6)], ["several-options"])
    rows = [[300000001, "티셔츠", 100, "빨강, L", 5], [None, None, None, "파랑, M", 6]]
    assert read(migrator, tmp_path, *rows) == ([("빨강, L", 5), ("파랑, M", 6)], [])


@pytest.mark.parametrize("name", ["옵션없음", "옵션 없음", "-", "없음", "N/A", "No option"])
def test_no_option_is_none(migrator: ExcelMigrator, tmp_path: Path, name: str) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx([HEADERS, [300000001, "컵", 100, name, 7]]))
    (one,) = migrator.products(path)
    assert one.record is not None
    assert (one.record.options, one.record.stock_count) == ((), 7)


def test_levels_without_titles(migrator: ExcelMigrator, tmp_path: Path) -> None:
    headers = ["상품번호", "상품명", "옵션1", "옵션2", "재고수량"]
    rows: list[list[object]] = [[300000001, "티셔츠", "빨강", "L", 5], [300000001, "티셔츠", "빨강", "M", 6]]
    assert read(migrator, tmp_path, *rows, headers=headers) == ([("빨강/L", 5), ("빨강/M", 6)], [])
