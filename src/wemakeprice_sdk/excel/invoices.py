"""Writing the invoice upload sheet (송장 일괄등록): 배송번호, 택배사, 송장번호."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wemakeprice_sdk.errors import ValidationError, Violation
from wemakeprice_sdk.excel.sheetstyle import SheetWriter, new_workbook
from wemakeprice_sdk.models import ShipMethod, ShipRequest
from wemakeprice_sdk.models.couriers import COURIERS

HEADERS = ("배송번호", "택배사", "송장번호")


def write_invoices(path: Path, shipments: Iterable[ShipRequest]) -> int:
    """Write shipments as the sheet that the partner centre takes for many invoices at once; return how many.

    Invoice numbers are text, so that no leading zero is lost; a bundle number is a number. Raises
    `ValidationError` listing every shipment that is no parcel (it has no invoice) and every bundle that is
    there twice, and when the file cannot be written. [C: the three columns B]
    """
    rows = list(shipments)
    _check(rows)
    with new_workbook(path) as book:
        sheet = book.create_sheet("송장등록")
        sheet.freeze_panes = "A2"
        for letter, width in zip("ABC", (16, 24, 22), strict=True):
            sheet.column_dimensions[letter].width = width
        writer = SheetWriter(sheet)
        sheet.append([writer.cell(text, bold=True) for text in HEADERS])
        for one in rows:
            courier = COURIERS[one.parcel_company_code or ""]
            sheet.append(
                [writer.cell(one.bundle_no), writer.cell(courier), writer.text(one.invoice_no or "")]
            )
    return len(rows)


def _check(rows: list[ShipRequest]) -> None:
    violations: list[Violation] = []
    seen: set[int] = set()
    for at, one in enumerate(rows):
        if one.ship_method is not ShipMethod.PARCEL:
            violations.append(
                Violation(
                    f"shipments[{at}].ship_method",
                    one.ship_method.value,
                    "PARCEL",
                    "only a parcel has an invoice; send the others with orders.ship",
                    "택배배송만 송장이 있습니다. 나머지는 발송처리로 등록해 주세요",
                )
            )
        if one.bundle_no in seen:
            violations.append(
                Violation(
                    f"shipments[{at}].bundle_no",
                    str(one.bundle_no),
                    "each bundle once",
                    "the bundle is in the list twice; keep one invoice",
                    "같은 배송번호가 두 번 있습니다. 하나만 남겨 주세요",
                )
            )
        seen.add(one.bundle_no)
    if violations:
        raise ValidationError(violations, subject="shipments")
