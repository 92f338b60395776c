"""Plots of orders, settlement and stock: what they say, in which letters, and what they need."""

import sys
import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.text import Text

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import MissingExtraError, ValidationError
from wemakeprice_sdk.models import (
    Bundle,
    Delivery,
    ListResult,
    OptionSaleStatus,
    OptionValue,
    OrderOption,
    OrderProduct,
    Product,
    ProductBasic,
    ProductOption,
    ProductSale,
    ShipStatus,
)
from wemakeprice_sdk.notebook import MissingHangulWarning, plot_orders, plot_settlement, plot_stock
from wemakeprice_sdk.policy.settlement import (
    PaymentBasis,
    ReconciledRow,
    SettlementBreakdown,
    SettlementRows,
    SettlementStatus,
)

NOON = datetime(2024, 5, 20, 12, tzinfo=KST)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


def bundle(number: int, state: ShipStatus | None, days: int | None = 0) -> Bundle:
    options = tuple(OrderOption(order_option_no=number * 10 + at, option_qty=1) for at in range(2))
    return Bundle(
        bundle_no=number,
        purchase_no=number,
        buyer_name="홍길동",
        pay_date=None if days is None else NOON + timedelta(days=days),
        delivery=Delivery(ship_status=state),
        order_product=(OrderProduct(order_no=number, order_option=options),),
    )


ORDERS = ListResult(
    [
        bundle(1, ShipStatus.COMPLETE),
        bundle(2, ShipStatus.COMPLETE),
        bundle(3, ShipStatus.NEW, 1),
        bundle(4, ShipStatus("신종"), 1),
        bundle(5, ShipStatus.NEW, None),
    ]
)


def row(day: date | None, *, settled: int, paid: int = 0, owed: int = 0) -> ReconciledRow:
    return ReconciledRow(
        subject="product",
        status=SettlementStatus.PAID,
        reason="received",
        basis=PaymentBasis.BANK,
        payout_day=day,
        paid=paid,
        owed=owed,
        breakdown=SettlementBreakdown(gross=settled),
    )


MONEY = SettlementRows(
    [
        row(date(2024, 5, 7), settled=1_000_000, paid=1_000_000),
        row(date(2024, 5, 14), settled=500_000, paid=100_000, owed=400_000),
        row(date(2024, 7, 7), settled=2_000_000, owed=2_000_000),
        row(None, settled=30_000),
    ]
)


def option(value: str, stock: int) -> OptionValue:
    return OptionValue(option_value1=value, stock_count=stock, sale_status=OptionSaleStatus.SALE)


def product(number: int, stock: int | None, *options: OptionValue) -> Product:
    return Product(
        product_no=number,
        basic=ProductBasic(product_name=f"예시 컵 {number}"),
        sale=ProductSale(stock_count=stock),
        option=ProductOption(select_option_value_list=options) if options else None,
    )


PRODUCTS = ListResult(
    [product(1, 0), product(2, 500), product(3, None, option("빨강", 3), option("파랑", 90))]
)


def heights(ax: Axes) -> dict[str, list[float]]:
    return {str(bars.get_label()): [bar.get_height() for bar in bars] for bars in ax.containers}  # type: ignore[attr-defined]


def texts(ax: Axes) -> list[str]:
    ax.figure.canvas.draw()
    return [text.get_text() for text in ax.figure.findobj(Text)]  # type: ignore[attr-defined]


def test_orders_by_day_and_state() -> None:
    ax = plot_orders(ORDERS)
    assert heights(ax) == {"신규주문": [0, 1, 1], "배송완료": [2, 0, 0], "신종": [0, 1, 0]}
    assert [text.get_text() for text in ax.get_xticklabels()] == ["05-20", "05-21", "날짜 미상"]
    assert ax.get_title(loc="left") == "일자별 주문 5건"
    assert not any("홍길동" in text for text in texts(ax))


def test_a_day_without_orders_has_its_place() -> None:
    days = [
        text.get_text() for text in plot_orders([bundle(1, None, 0), bundle(2, None, 3)]).get_xticklabels()
    ]
    assert days == ["05-20", "05-21", "05-22", "05-23"]
    far = plot_orders([bundle(1, None, 0), bundle(2, None, 300)])
    assert [text.get_text() for text in far.get_xticklabels()] == ["2024-05-20", "2025-03-16"]


def test_settlement_by_month() -> None:
    ax = plot_settlement(MONEY)
    assert heights(ax) == {
        "정산 예정": [1_500_000, 2_000_000, 30_000],
        "입금": [1_100_000, 0, 0],
        "미지급": [400_000, 2_000_000, 0],
    }
    assert [text.get_text() for text in ax.get_xticklabels()] == ["2024-05", "2024-07", "날짜 미상"]
    assert ax.get_title(loc="left") == "월별 정산, 미지급 2,400,000원"


def test_stock_at_risk() -> None:
    ax = plot_stock(PRODUCTS)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["예시 컵 1", "예시 컵 3 빨강"]
    assert ax.get_title(loc="left") == "재고 10개 이하 2개(품절 1개)"
    many = plot_stock([product(number, number % 7) for number in range(1, 31)], most=5)
    assert len(many.get_yticklabels()) == 5
    assert many.get_title(loc="left") == "재고 10개 이하 30개(품절 4개), 외 25개"


def test_rows_models_and_lists_of_them_give_the_same() -> None:
    wanted = heights(plot_orders(ORDERS))
    assert heights(plot_orders(ORDERS.to_rows())) == wanted
    assert heights(plot_orders(iter(list(ORDERS)))) == wanted
    assert heights(plot_orders(ORDERS.to_pandas().to_dict("records"))) == wanted
    assert heights(plot_settlement(MONEY.to_pandas().to_dict("records"))) == heights(plot_settlement(MONEY))
    assert len(plot_stock(PRODUCTS.to_pandas().to_dict("records")).get_yticklabels()) == 2
    assert heights(plot_settlement([MONEY, MONEY]))["입금"] == [2_200_000, 0, 0]


def test_nothing_is_drawn_of_nothing() -> None:
    for plot in (plot_orders, plot_settlement, plot_stock):
        assert sum(map(len, heights(plot([])).values())) == 0


def test_own_axes_are_drawn_on() -> None:
    _, (left, right) = plt.subplots(1, 2)
    assert plot_orders(ORDERS, ax=left) is left
    assert plot_stock(PRODUCTS, ax=right) is right


def test_no_letter_is_a_box() -> None:
    # matplotlib warns of each letter that a font lacks; warnings are errors here.
    for ax in (plot_orders(ORDERS), plot_settlement(MONEY), plot_stock(PRODUCTS)):
        assert any("가" <= letter <= "힣" for text in texts(ax) for letter in text)


def test_labels_are_english_where_no_font_has_hangul(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [font for font in font_manager.fontManager.ttflist if font.name == "DejaVu Sans"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", plain)
    for plot, given in ((plot_settlement, MONEY), (plot_stock, PRODUCTS)):
        with pytest.warns(MissingHangulWarning, match="NanumGothic.*한글 글꼴"):
            ax = plot(given)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert not any("가" <= letter <= "힣" for text in texts(ax) for letter in text)
    with pytest.warns(MissingHangulWarning):
        assert set(heights(plot_orders(ORDERS.to_rows()[:4]))) == {"delivered"}


def test_a_font_of_ones_own_that_has_hangul_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {font.name for font in font_manager.fontManager.ttflist}
    own = next(
        (name for name in ("NanumMyeongjo", "NanumSquare", "NanumGothicCoding") if name in found), None
    )
    if own is None:
        pytest.skip("needs a second font with Hangul")
    monkeypatch.setitem(mpl.rcParams, "font.family", [own])
    ax = plot_stock(PRODUCTS)
    assert {text.get_fontname() for text in ax.get_yticklabels()} == {own}


@pytest.mark.parametrize("rows", [[{"bundle_no": 1}], {"bundle_no": 1}])
def test_rows_without_a_column_are_refused(rows: Any) -> None:
    for plot in (plot_orders, plot_settlement, plot_stock):
        with pytest.raises(ValidationError, match="열이 없는 자료"):
            plot(rows)


@pytest.mark.parametrize("source", ["text", 5, None])
def test_what_is_no_rows_is_refused(source: Any) -> None:
    with pytest.raises(TypeError, match="to_rows"):
        plot_orders(source)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match=r"wemakeprice-sdk\[plot\].*설치"):
        plot_orders(ORDERS)
