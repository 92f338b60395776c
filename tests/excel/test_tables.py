"""Previews, inspections and what is chosen from them as tables: typed rows, bounded HTML, no buyers."""

from pathlib import Path

import excel_corpus as corpus
import pytest
from excel_kit import MemoryTarget

from wemakeprice_sdk.excel import ExcelMigrator, Preview, SkuChoice
from wemakeprice_sdk.models import as_table
from wemakeprice_sdk.models.codes import SkuLinkMode

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
def shown(migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path) -> Preview:
    rows = [list(row) for row in corpus.PRODUCT_ROWS]
    head, *data = corpus.products(rows)
    name = head.index("상품명")
    for row in data:
        row[name] = HOSTILE
    data[0][head.index("판매가")] = "십원"
    return migrator.preview(corpus.save(tmp_path, "a.xlsx", corpus.xlsx([head, *data])))


def test_a_preview_has_a_row_for_each_product_and_its_problems_beside(shown: Preview) -> None:
    with shown:
        rows = shown.to_rows()
        assert len(rows) == shown.counts.total == len(shown.table("rows"))
        assert [row["status"] for row in rows] == [row.status.value for row in shown]
        assert [row["record_product_no"] for row in rows if row["status"] == "new"] == [
            row.number for row in shown.rows() if row.status.value == "new"
        ]
        problems = shown.table("problems")
        assert len(problems) == shown.counts.problems == len(problems.to_pandas())
        assert problems.to_rows() == as_table(shown.problems()).to_rows()
        assert shown.to_rows() == rows, "looking twice gives the same"


def test_hostile_names_of_a_file_run_nowhere(migrator: ExcelMigrator, shown: Preview) -> None:
    with shown:
        plan = migrator.select(shown, sku=SkuChoice(SkuLinkMode.NONE))
        pages = [shown._repr_html_(), plan._repr_html_(), shown.table("problems")._repr_html_()]
        pages.append(as_table(list(shown.problems()))._repr_html_())
    for page in pages:
        assert "<script" not in page
        assert "<img" not in page
    assert "&lt;script&gt;" in pages[0]
    assert "가져오기 미리보기 Preview" in pages[0]


def test_an_inspection_gives_its_columns(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = corpus.save(
        tmp_path, "a.xlsx", corpus.xlsx(corpus.products([list(row) for row in corpus.PRODUCT_ROWS]))
    )
    seen = migrator.inspect(path)
    rows = seen.to_rows()
    assert [row["header"] for row in rows] == [match.header for match in seen.columns.matches]
    assert "파일 확인 Inspection" in seen._repr_html_()
