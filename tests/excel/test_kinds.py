"""Kinds of files that could pass as another kind: claims, settlement, old orders, invoice sheets."""

from __future__ import annotations

import copy
import pickle
from datetime import date
from pathlib import Path

import excel_corpus as corpus
import openpyxl
import pytest

from wemakeprice_sdk.errors import ColumnError, ExcelError, ValidationError, WrongKindError
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, write_invoices
from wemakeprice_sdk.models import ClaimStatus, ClaimType, SettlementLineKind, ShipMethod, ShipRequest

SETTLEMENT = [
    "정산예정일", "판매채널", "배송번호", "주문번호", "상품번호", "상품명", "옵션주문번호", "옵션명", "거래구분", "상품판매가", "옵션가",
    "완료금액", "구분", "수량", "수수료구분", "수수료율", "판매대행수수료", "할인분담금", "제휴수수료", "위메프 상품쿠폰", "카드사쿠폰",
    "판매자쿠폰", "위메프 장바구니쿠폰", "판매자 장바구니쿠폰", "과세/면세", "정산금액", "구매번호", "결제완료일", "배송완료일", "환불완료일",
    "업체상품코드",
]  # fmt: skip
SHIPPING = [
    "배송번호", "클레임번호", "주문번호", "구매번호", "구분", "배송방법", "배송비유형", "배송비지급", "도서산간", "과세/면세", "정산주기",
    "정산예정일", "배송비", "위메프 부담", "판매자 부담", "비고", "결제완료일", "배송완료일",
]  # fmt: skip
EXCHANGE = [
    "클레임번호",
    "구매번호",
    "주문번호",
    "옵션주문번호",
    "처리상태",
    "교환신청일",
    "교환사유",
    "상품번호",
    "상품명",
    "옵션",
    "수량",
    "배송번호",
    "구매자",
]
FIRST = ["주문ID", "딜번호", "구매자MID", "상품번호", "상품명", "옵션", "수량", "판매가"]
INVOICES = ["배송번호", "택배사", "송장번호"]


def settled(**changes: object) -> list[object]:
    row: dict[str, object] = dict.fromkeys(SETTLEMENT)
    row |= {
        "배송번호": 11, "주문번호": 22, "상품번호": 300000001, "상품명": "가방", "옵션주문번호": 0, "상품판매가": 12900, "옵션가": 0, "구분": "배송",
        "수량": "1,000", "판매대행수수료": 1290, "할인분담금": 10, "제휴수수료": 20, "위메프 상품쿠폰": 0, "판매자쿠폰": 100, "과세/면세": "과세",
        "정산금액": 11500, "결제완료일": "2024-05-01", "배송완료일": "2024-05-05", "정산예정일": "2024-06-07", "업체상품코드": "TS-1", "판매채널": "위메프",
    }  # fmt: skip
    row |= changes
    return [row[header] for header in SETTLEMENT]


def shipped(**changes: object) -> list[object]:
    row: dict[str, object] = dict.fromkeys(SHIPPING)
    row |= {
        "배송번호": 11,
        "클레임번호": 0,
        "주문번호": 22,
        "구분": "배송",
        "배송비": "2,500",
        "결제완료일": "2024-05-01",
        "배송완료일": "2024-05-05",
    }
    row |= changes
    return [row[header] for header in SHIPPING]


def claimed(**changes: object) -> list[object]:
    row: dict[str, object] = {
        "클레임번호": 900000001, "구매번호": 5, "주문번호": 22, "옵션주문번호": 33, "처리상태": "교환신청", "교환신청일": "2024-05-01 10:00",
        "교환사유": "색상 불만", "상품번호": 300000001, "상품명": "가방", "옵션": "빨강", "수량": 1, "배송번호": 11, "구매자": "홍길동",
    }  # fmt: skip
    row |= changes
    return [row[header] for header in EXCHANGE]


FILES: dict[ExportKind, list[list[object]]] = {
    ExportKind.SETTLEMENT_ORDERS: [SETTLEMENT, settled(), settled(구분="환불", 수량=-1, 환불완료일="")],
    ExportKind.SETTLEMENT_SHIPPING: [SHIPPING, shipped(), shipped(배송번호=12)],
    ExportKind.CLAIMS: [EXCHANGE, claimed(), claimed(클레임번호=900000002)],
    ExportKind.FIRST_ORDERS: [FIRST, ["A-1", 700001, "hong", 300000001, "가방", "빨강", 1, 100]],
    ExportKind.INVOICES: [INVOICES, [11, "CJ대한통운", "0123"]],
    ExportKind.ORDERS: [corpus.ORDER_HEADERS, corpus.order_row(1, 2, 3)],
    ExportKind.PRODUCTS: corpus.products(),
    ExportKind.DEALS: [corpus.DEAL_HEADERS, *corpus.DEAL_ROWS],
}
READERS = {
    ExportKind.PRODUCTS: "products",
    ExportKind.DEALS: "deals",
    ExportKind.ORDERS: "orders",
    ExportKind.CLAIMS: "claims",
    ExportKind.SETTLEMENT_ORDERS: "settlement_orders",
    ExportKind.SETTLEMENT_SHIPPING: "settlement_shipping",
}


def save(folder: Path, table: list[list[object]]) -> Path:
    return corpus.save(folder, "a.xlsx", corpus.xlsx(table))


@pytest.mark.parametrize("kind", list(FILES))
def test_every_kind_is_known_and_read_as_nothing_else(
    migrator: ExcelMigrator, tmp_path: Path, kind: ExportKind
) -> None:
    path = save(tmp_path, FILES[kind])
    assert migrator.inspect(path).kind is kind
    for other, name in READERS.items():
        if other is kind:
            assert list(getattr(migrator, name)(path))
            continue
        with pytest.raises(WrongKindError) as caught:
            list(getattr(migrator, name)(path))
        assert kind.korean in str(caught.value), other
        assert "올려 주세요" in str(caught.value)


@pytest.mark.parametrize("missing", ["옵션주문번호", "배송번호", "구매번호", "주문번호", "수량"])
def test_an_order_sheet_with_a_column_less_is_no_product_list(
    migrator: ExcelMigrator, tmp_path: Path, missing: str
) -> None:
    at = corpus.ORDER_HEADERS.index(missing)
    table = [[cell for n, cell in enumerate(row) if n != at] for row in FILES[ExportKind.ORDERS]]
    for kind in (ExportKind.PRODUCTS, ExportKind.DEALS):
        with pytest.raises(WrongKindError):
            migrator.preview(save(tmp_path, table), kind=kind)
    mapping = {"product_no": "상품번호", "product_name": "상품명"}
    with pytest.raises(WrongKindError):
        migrator.preview(save(tmp_path, table), mapping=mapping)


@pytest.mark.parametrize("extra", ["클레임번호", "교환신청일", "반품신청일", "취소신청일"])
def test_a_claim_is_never_archived_as_an_order(migrator: ExcelMigrator, tmp_path: Path, extra: str) -> None:
    table = [
        [*corpus.ORDER_HEADERS, extra],
        [*corpus.order_row(1, 2, 3), 900000001 if extra == "클레임번호" else "2024-05-01"],
    ]
    with pytest.raises(WrongKindError):
        list(migrator.orders(save(tmp_path, table)))


@pytest.mark.parametrize("missing", ["클레임번호", "주문번호"])
def test_a_claim_grid_that_lacks_a_number_is_no_order_list(
    migrator: ExcelMigrator, tmp_path: Path, missing: str
) -> None:
    at = EXCHANGE.index(missing)
    table = [[cell for n, cell in enumerate(row) if n != at] for row in FILES[ExportKind.CLAIMS]]
    path = save(tmp_path, table)
    for name in ("orders", "products", "deals"):
        with pytest.raises(ExcelError):
            list(getattr(migrator, name)(path))
    with pytest.raises(ColumnError, match=missing):
        list(migrator.claims(path))


def test_settlement_rows_of_orders(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["정산 내역 2024-06"],
        SETTLEMENT,
        settled(),
        settled(구분="환불", 수량=-1, 정산금액=-11500, 환불완료일="2024-05-09", 옵션주문번호=33),
        settled(판매대행수수료="공짜"),
        [None, None, "합계", *[None] * 22, 0],
    ]
    one, two, bad = migrator.settlement_orders(save(tmp_path, table))
    assert one.record is not None
    assert two.record is not None
    first, second = one.record, two.record
    assert (first.sheet, first.row, second.row) == ("상품목록", 3, 4)
    assert (first.kind, second.kind) == (SettlementLineKind.DELIVERED, SettlementLineKind.REFUNDED)
    assert (first.quantity, first.agency_fee, first.seller_item_coupon, first.settle_amount) == (
        1000,
        1290,
        100,
        11500,
    )
    assert (first.order_option_no, second.order_option_no) == (None, 33)
    assert (first.taxable, first.paid_on, first.delivered_on, first.settle_on) == (
        True,
        date(2024, 5, 1),
        date(2024, 5, 5),
        date(2024, 6, 7),
    )
    assert (first.refunded_on, second.refunded_on, second.settle_amount) == (None, date(2024, 5, 9), -11500)
    assert first.extras == {"판매채널": "위메프"}
    assert not bad.valid
    assert [(problem.row, problem.header, problem.rule) for problem in bad.problems] == [
        (5, "판매대행수수료", "number")
    ]
    assert pickle.loads(pickle.dumps(first)) == copy.deepcopy(first) == first


def test_settlement_rows_of_shipping_fees(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [SHIPPING, shipped(), shipped(클레임번호=900000001, 구분="반품", 배송비=-2500)]
    one, two = (row.record for row in migrator.settlement_shipping(save(tmp_path, table)))
    assert one is not None
    assert two is not None
    assert (one.bundle_no, one.claim_no, one.kind, one.amount) == (11, None, "배송", 2500)
    assert (two.claim_no, two.kind, two.amount, two.delivered_on) == (
        900000001,
        "반품",
        -2500,
        date(2024, 5, 5),
    )


@pytest.mark.parametrize(
    ("word", "kind"), [("교환", ClaimType.EXCHANGE), ("반품", ClaimType.RETURN), ("취소", ClaimType.CANCEL)]
)
def test_claim_rows(migrator: ExcelMigrator, tmp_path: Path, word: str, kind: ClaimType) -> None:
    headers = [header.replace("교환", word) for header in EXCHANGE]
    table = [headers, claimed(처리상태=f"{word}신청"), claimed(처리상태=f"{word}완료", 옵션주문번호=0)]
    one, two = (row.record for row in migrator.claims(save(tmp_path, table)))
    assert one is not None
    assert two is not None
    assert (one.claim_type, one.status, two.status) == (kind, ClaimStatus.REQUEST, ClaimStatus.APPROVE)
    assert (one.claim_no, one.order_no, one.order_option_no, two.order_option_no) == (900000001, 22, 33, None)
    assert one.requested_at is not None
    assert one.requested_at.isoformat() == "2024-05-01T10:00:00+09:00"
    assert one.reason == "색상 불만"
    assert "홍길동" not in repr(one)


def test_invoices_are_written_so_that_they_can_be_uploaded(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = tmp_path / "invoices.xlsx"
    shipments = [
        ShipRequest.parcel(11, "CJ대한통운", "0012-3456"),
        ShipRequest.parcel(12, "D003", 123456789012345),
    ]
    assert write_invoices(path, shipments) == 2
    rows = list(openpyxl.load_workbook(path).active.iter_rows())
    assert [[cell.value for cell in row] for row in rows] == [
        INVOICES,
        [11, "CJ대한통운", "00123456"],
        [12, "한진택배", "123456789012345"],
    ]
    assert {cell.data_type for row in rows[1:] for cell in row[1:]} == {"s"}
    assert migrator.inspect(path).kind is ExportKind.INVOICES


def test_shipments_without_an_invoice_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "invoices.xlsx"
    one = ShipRequest.parcel(11, "CJ대한통운", "1")
    other = ShipRequest(bundle_no=12, ship_method=ShipMethod.POST)
    with pytest.raises(ValidationError) as caught:
        write_invoices(path, [one, one, other])
    assert [violation.path for violation in caught.value.violations] == [
        "shipments[1].bundle_no",
        "shipments[2].ship_method",
    ]
    assert not path.exists()


def test_names_as_scrapers_save_them(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        [
            "prodNo",
            "prodNm",
            "prodStatusNm",
            "saleStatusNm",
            "dispYnNm",
            "saleStartDt",
            "regDt",
            "chgDt",
            "sellerProdCd",
        ],
        [300000001, "가방", "판매중", "품절", "노출", "2024-01-01", "2024-01-02", "2024-01-03", "A-1"],
    ]
    (one,) = migrator.products(save(tmp_path, table))
    assert one.record is not None
    assert one.problems == ()
    record = one.record
    assert (record.product_no, record.product_name, record.seller_product_code) == (300000001, "가방", "A-1")
    assert None not in (
        record.product_status,
        record.sale_status,
        record.display,
        record.sale_start,
        record.registered_at,
    )
    names = {"옵션주문번호": "orderOptNo", "수량": "prodQty", "총상품금액": "totProdPrice", "구매자": "buyerNm", "받는사람": "receiverNm",
             "발송기한": "originShipDt", "주문확인일": "confirmDt", "상품번호": "prodNo", "상품명": "prodNm"}  # fmt: skip
    table = [[names.get(header, header) for header in corpus.ORDER_HEADERS], corpus.order_row(1, 2, 3)]
    (entry,) = migrator.orders(save(tmp_path, table))
    assert entry.valid
    assert entry.bundle is not None
    assert entry.bundle.order_confirm_date is not None
