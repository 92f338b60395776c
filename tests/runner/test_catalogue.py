"""The catalogue out of a ledger and an archive folder, with the marketplace gone."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from kit import KEY, START, cipher, config, open_shop
from kit import product as made_product

from wemakeprice_sdk.catalogue import (
    CatalogueProduct,
    Provenance,
    RefusedRow,
    SourceKind,
    from_product,
    merge_catalogue,
)
from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.excel import ExcelMigrator, SkuChoice
from wemakeprice_sdk.ledger import MemoryLedger, RecordDraft, RecordKind, SqliteLedger
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.runner import LedgerTarget, catalogue_from_archive, catalogue_from_ledger
from wemakeprice_sdk.sandbox import seed_shop

FROM, TO = START - timedelta(days=310), START + timedelta(hours=1)
HEADERS = [
    "상품번호",
    "상품명",
    "판매가",
    "브랜드명",
    "대분류",
    "옵션명",
    "업체옵션코드",
    "재고수량",
    "과세여부",
    "판매종료일",
]
ROWS = [
    ["300000300", "셔츠", "1000", "예시", "의류", "색상:빨강/사이즈:M", "A", "5", "과세", "2026-12-31 10:00"],
    ["300000300", "", "", "", "", "색상:파랑/사이즈:L", "B", "4", "", ""],
    ["300000301", "모자", "2000", "", "", "", "", "7", "", ""],
]


def stripped(product: object) -> object:
    assert isinstance(product, CatalogueProduct)
    variants = tuple(evolve(one, provenance={}) for one in product.variants)
    return evolve(product, provenance={}, variants=variants)


@pytest.fixture
def imported_ledger(tmp_path: Path) -> MemoryLedger:
    file = tmp_path / "상품.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([HEADERS, *ROWS])
    ledger = MemoryLedger(cipher())
    with LedgerTarget(ledger, "shop", templates_known=True) as target:
        migrator = ExcelMigrator(config(), target)
        with migrator.preview(file) as preview:
            plan = migrator.select(preview, sku=SkuChoice(SkuLinkMode.NONE))
            assert plan.commit(target).complete
    return ledger


class TestLedger:
    def test_live_and_kept_products_are_the_same(self) -> None:
        with open_shop() as shop:
            seed_shop(shop.sandbox, KEY, products=4, orders=0, days=5)
            runner = shop.runner()
            runner.templates()
            assert runner.import_products(FROM, TO).ok
            live = Provenance(kind=SourceKind.API, operation="products_get")
            found = list(catalogue_from_ledger(shop.ledger, "shop"))
            assert len(found) == 4
            for kept in found:
                assert isinstance(kept, CatalogueProduct)
                assert kept.shipping is not None
                assert kept.shipping.template_name
                source = kept.provenance["price"]
                assert (source.kind, source.record) == (SourceKind.LEDGER, f"product/{kept.product_no}")
                # The ledger moves on by a microsecond for each record, so that a feed misses none.
                assert source.at is not None
                assert shop.clock.now() <= source.at < shop.clock.now() + timedelta(milliseconds=1)
                fresh = from_product(shop.client.products.get(kept.product_no), live)
                assert stripped(evolve(fresh, shipping=None)) == stripped(evolve(kept, shipping=None))

    def test_an_imported_export_gives_its_names_and_the_same_ids(self, imported_ledger: MemoryLedger) -> None:
        found = list(catalogue_from_ledger(imported_ledger, "shop"))
        assert len(found) == 4
        shirt, hat = (one for one in merge_catalogue(found))
        assert (shirt.product.name, shirt.product.brand, shirt.product.category) == (
            "셔츠",
            "예시",
            ("의류",),
        )
        assert shirt.product.taxable is True
        assert shirt.product.sale_end is not None
        assert [one.axes[0].name for one in shirt.product.variants] == ["색상", "색상"]
        assert shirt.contradictions == hat.contradictions == ()
        assert hat.product.stock == 7

    def test_a_record_that_cannot_be_read_is_refused_alone(self, tmp_path: Path) -> None:
        with SqliteLedger(tmp_path / "ledger.db", cipher()) as ledger:
            ledger.open_account("shop", "")
            lease = ledger.acquire_lease("shop", "w", 60)
            assert lease is not None
            drafts = [
                RecordDraft(
                    RecordKind.PRODUCT, "1", "A", START, {"productNo": 1, "sale": {"salePrice": "공짜"}}
                ),
                RecordDraft(RecordKind.PRODUCT, "2", "A", START, {"productNo": 2}),
                RecordDraft(RecordKind.EXPORT, "product/3", "IMPORTED", START, {"product_no": 3}),
                RecordDraft(RecordKind.EXPORT, "deal/4", "IMPORTED", START, {"deal_no": 4}),
                RecordDraft(RecordKind.TEMPLATE, "5", "SAVED", START, {"shipPolicyNo": "?"}),
            ]
            ledger.save(lease, drafts, START)
            first, second, third = catalogue_from_ledger(ledger, "shop")
        assert isinstance(first, RefusedRow)
        assert first.source.record == "product/1"
        assert "salePrice" in first.reasons[0].message
        assert isinstance(second, CatalogueProduct)
        assert isinstance(third, RefusedRow)

    def test_wrong_kinds_are_named_at_once(self) -> None:
        with pytest.raises(TypeError, match="ledger takes a Ledger"):
            catalogue_from_ledger("ledger.db", "shop")  # type: ignore[arg-type]


class TestArchive:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        with open_shop() as shop:
            for code in ("SKU-1", "SKU-2"):
                made_product(shop, ends=START + timedelta(days=9), code=code)
            shop.runner().archive(tmp_path / "a", START - timedelta(days=1), TO)
        return tmp_path / "a"

    def test_products_come_with_their_templates_and_their_lines(self, folder: Path) -> None:
        found = list(catalogue_from_archive(folder))
        assert len(found) == 3
        for number, product in enumerate(found, start=1):
            assert isinstance(product, CatalogueProduct)
            source = product.provenance["price"]
            assert (source.kind, source.file, source.row) == (SourceKind.ARCHIVE, "products.jsonl", number)
            assert source.record == f"products/{product.product_no}"
            assert len(source.sha256) == 64
            assert source.at is not None
            assert product.shipping is not None
            assert product.shipping.fee_kind is not None

    def test_list_rows_and_unread_rows_are_counted_too(self, folder: Path) -> None:
        lines = [
            {"key": "9", "data": {"productNo": 9, "productName": "목록에만", "brandName": "예시"}},
            {"key": "unread/ab", "data": {"productNo": "?"}},
            {"key": "10", "data": {"productNo": "?", "basic": {}}},
        ]
        place = folder / "products.jsonl"
        with place.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        # What lies beyond the state was left by a crash and is not part of the archive.
        assert len(list(catalogue_from_archive(folder))) == 3
        (folder / "state.json").unlink()
        *_, row, unread, broken = catalogue_from_archive(folder)
        assert isinstance(row, CatalogueProduct)
        assert (row.name, row.brand) == ("목록에만", "예시")
        assert isinstance(unread, RefusedRow)
        assert isinstance(broken, RefusedRow)

    def test_no_archive_is_said(self, folder: Path, tmp_path: Path) -> None:
        with pytest.raises(LedgerCorruptError, match=r"products\.jsonl"):
            list(catalogue_from_archive(tmp_path / "nowhere"))
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
        with pytest.raises(LedgerCorruptError, match="manifest"):
            catalogue_from_archive(folder)
