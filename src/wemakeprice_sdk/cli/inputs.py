"""What the warehouse says, as CSV files: parcels with an invoice, what was picked, stock."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from wemakeprice_sdk.cli.console import Bilingual, CommandError, spooled

if TYPE_CHECKING:
    from wemakeprice_sdk.policy.snapshot import PendingShipment, PickedLine, SkuStock

T = TypeVar("T")
CsvRow = dict[str, str]

_KOREAN_HEADS: Final = {
    "배송번호": "bundle_no",
    "택배사": "courier",
    "송장번호": "invoice_no",
    "옵션주문번호": "order_option_no",
    "수량": "quantity",
    "재고": "quantity",
    "재고수량": "quantity",
    "기준시각": "as_of",
    "판매자ID": "seller_id",
}
"""Heads as invoice sheets and warehouses write them; blanks do not count."""


def parcel(bundle_no: int, courier: str, invoice_no: str) -> PendingShipment:
    """Return a bundle that goes out with an invoice; the courier by code or name. Raise `ValidationError`."""
    from wemakeprice_sdk.models import ShipMethod, couriers
    from wemakeprice_sdk.policy.actions import Shipment
    from wemakeprice_sdk.policy.snapshot import PendingShipment

    shipment = Shipment(ShipMethod.PARCEL, couriers.find(courier), couriers.normalise_invoice(invoice_no))
    return PendingShipment(bundle_no, shipment)


def read_parcels(file: Path, account: str) -> tuple[PendingShipment, ...]:
    """Read bundle_no, courier, invoice_no."""
    return _read(
        file,
        account,
        ("bundle_no", "courier", "invoice_no"),
        lambda row: parcel(int(row["bundle_no"]), row["courier"], row["invoice_no"]),
    )


def read_picked(file: Path, account: str) -> tuple[PickedLine, ...]:
    """Read order_option_no, quantity: what left the shelf and has no invoice yet."""
    from wemakeprice_sdk.policy.snapshot import PickedLine

    return _read(
        file,
        account,
        ("order_option_no", "quantity"),
        lambda row: PickedLine(int(row["order_option_no"]), int(row["quantity"])),
    )


def read_stock(file: Path, account: str) -> tuple[SkuStock, ...]:
    """Read sku, quantity, as_of; `as_of` with its zone, such as 2026-03-04T10:00:00+09:00."""
    from wemakeprice_sdk.policy.snapshot import SkuStock

    def level(row: CsvRow) -> SkuStock:
        return SkuStock(
            sku=row["sku"].strip(), quantity=int(row["quantity"]), as_of=datetime.fromisoformat(row["as_of"])
        )

    return _read(file, account, ("sku", "quantity", "as_of"), level)


def _read(file: Path, account: str, needed: Sequence[str], make: Callable[[CsvRow], T]) -> tuple[T, ...]:
    """Read a whole file or nothing; rows of other accounts (column seller_id) are passed over."""
    with spooled(file) as path:
        text = Path(path).read_bytes()
    rows = csv.DictReader(io.StringIO(_decoded(text, file), newline=""))
    rows.fieldnames = [_head(name) for name in rows.fieldnames or ()]
    _check_heads(file, rows.fieldnames, needed)
    found = []
    for number, row in enumerate(rows, 2):
        if row.get("seller_id") not in (None, "", account):
            continue
        try:
            found.append(make(row))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            what = f"{os.fspath(file)}:{number}: {type(error).__name__}: {error}"
            raise CommandError(
                Bilingual(f"{what}; nothing of the file is used", f"{what}. 파일 전체를 사용하지 않습니다"),
                Bilingual("correct the line and try again", "해당 줄을 수정한 뒤 다시 실행해 주세요"),
                78,
            ) from None
    return tuple(found)


def _head(name: str) -> str:
    bare = "".join(name.split())
    return bare.lower() if bare.isascii() else _KOREAN_HEADS.get(bare, bare)


def _check_heads(file: Path, heads: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in heads]
    if missing:
        korean = {name: head for head, name in reversed(_KOREAN_HEADS.items())}
        both = ", ".join(f"{name}({korean[name]})" if name in korean else name for name in missing)
        raise CommandError(
            Bilingual(
                f"{file}: columns are missing in the first line: {', '.join(missing)}",
                f"{file}: 첫 줄에 필요한 열이 없습니다: {both}",
            ),
            Bilingual(
                f"the first line names the columns: {','.join(needed)}",
                f"첫 줄에 열 이름을 적어 주세요: {','.join(korean.get(name, name) for name in needed)}",
            ),
            78,
        )


def _decoded(data: bytes, file: Path) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CommandError(
        Bilingual(f"{file} is neither UTF-8 nor CP949 text", f"{file}: UTF-8 또는 CP949 문서가 아닙니다"),
        Bilingual("save it as CSV (UTF-8)", "CSV(UTF-8)로 저장해 주세요"),
        78,
    )
