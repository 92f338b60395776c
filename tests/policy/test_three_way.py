"""Three sources of one month: settlement rows, the VAT page, the seller's own tax invoices."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from wemakeprice_sdk.models import (
    SettlementLineKind,
    SettlementOrderLine,
    SettlementShipLine,
    TaxInvoice,
    TaxInvoiceKind,
    VatMonth,
)
from wemakeprice_sdk.policy import (
    Reconciliation,
    SettlementFacts,
    ThreeWayLine,
    ThreeWayStatus,
    reconcile,
    three_way,
)

MAY, JUNE, JULY = date(2024, 5, 1), date(2024, 6, 1), date(2024, 7, 1)


def sale(day: date | None, price: int, **more: Any) -> SettlementOrderLine:
    values = {
        "basic_dt": day,
        "gubun": SettlementLineKind.DELIVERED,
        "prod_sale_amt": price,
        "complete_qty": 1,
    }
    return SettlementOrderLine(**{**values, **more})


def settled(*rows: SettlementOrderLine, shipping: int = 0) -> Reconciliation:
    ship = SettlementShipLine(
        basic_dt=MAY, gubun=SettlementLineKind.DELIVERED, bundle_no=1, ship_amt=shipping
    )
    lines = (ship,) if shipping else ()
    return reconcile("shop", SettlementFacts(order_lines=rows, ship_lines=lines), JULY)


def said(line: ThreeWayLine) -> tuple[object, ...]:
    return line.month, line.subject.value, line.rows, line.vat_page, line.invoices, line.status.value


def test_three_sources_that_agree() -> None:
    result = settled(
        sale(date(2024, 5, 3), 10_000, sale_agency_fee=900, seller_charge_coupon_amt=100),
        sale(date(2024, 5, 31), 5_000, sale_agency_fee=400, ep_fee=50),
        shipping=2_500,
    )
    page = VatMonth(month=date(2024, 5, 31), total=17_400)
    own = [TaxInvoice(month=MAY, amount=17_000), TaxInvoice(month=MAY, amount=400)]
    fees = TaxInvoice(month=MAY, amount=1_351, kind=TaxInvoiceKind.FEES)
    sales, charged = three_way(result, [page, page], [*own, fees])
    assert said(sales) == (MAY, "sales", 17_400, 17_400, 17_400, "agrees")
    assert said(charged) == (MAY, "fees", 1_350, None, 1_351, "differs")
    assert charged.rows_minus_invoices == -1


def test_shipping_alone_says_nothing_of_fees() -> None:
    assert [said(line) for line in three_way(settled(shipping=2_500))] == [
        (MAY, "sales", 2_500, None, None, "alone")
    ]


def test_every_month_that_anyone_speaks_of_is_named() -> None:
    result = settled(sale(MAY, 100), sale(None, 7))
    lines = three_way(
        result,
        [VatMonth(month=JUNE, total=200), VatMonth(month=MAY, total=101)],
        [TaxInvoice(month=JULY, amount=300)],
    )
    assert [said(line) for line in lines if line.subject is TaxInvoiceKind.SALES] == [
        (MAY, "sales", 100, 101, None, "differs"),
        (JUNE, "sales", None, 200, None, "alone"),
        (JULY, "sales", None, None, 300, "alone"),
        (None, "sales", 7, None, None, "alone"),
    ]
    assert lines[0].rows_minus_vat_page == -1
    assert [(line.rows_minus_vat_page, line.rows_minus_invoices) for line in lines[1:]] == [(None, None)] * (
        len(lines) - 1
    )


def test_a_page_that_says_two_things_contradicts_itself_and_names_its_sums() -> None:
    pages = [VatMonth(month=MAY, total=100, delivered=99), VatMonth(month=MAY, total=101)]
    (line,) = three_way(settled(), pages)
    assert (line.status, line.vat_pages, line.page_sums) == (
        ThreeWayStatus.CONTRADICTS, (100, 101), {"parts": 1},
    )  # fmt: skip
    assert three_way(settled()) == ()


def test_months_add_up_to_the_year_whatever_the_order() -> None:
    for seed in range(50):
        rng = random.Random(seed)
        rows = [
            sale(
                date(2024, rng.randint(1, 12), rng.randint(1, 28)), rng.randint(1, 10**6), sale_agency_fee=at
            )
            for at in range(rng.randint(1, 40))
        ]
        lines = three_way(settled(*rows))
        sums = {kind: sum(one.rows or 0 for one in lines if one.subject is kind) for kind in TaxInvoiceKind}
        assert sums[TaxInvoiceKind.SALES] == sum(row.prod_sale_amt or 0 for row in rows)
        assert sums[TaxInvoiceKind.FEES] == sum(row.sale_agency_fee or 0 for row in rows)
        rng.shuffle(rows)
        assert three_way(settled(*rows)) == lines
