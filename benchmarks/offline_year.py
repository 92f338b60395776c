"""A seller's year from files alone: import, reconcile, dossier, archive; seconds, peak memory, bytes equal.

Run as `python benchmarks/offline_year.py [orders]` (default 20,000); files are invented and written first.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import ChannelConfig, OnboardingState, Switches
from wemakeprice_sdk.files.sheetwriter import write_workbook
from wemakeprice_sdk.ledger import SqliteLedger
from wemakeprice_sdk.runner import BackOffice
from wemakeprice_sdk.secrets import AesGcmCipher, generate_key

AS_OF = datetime(2026, 1, 6, 9, tzinfo=KST)
ORDERS = [
    "배송번호", "주문번호", "옵션주문번호", "주문일", "배송상태", "발송기한", "구매번호", "상품번호", "상품명", "옵션", "수량", "상품금액",
    "총상품금액", "구매자", "구매자연락처", "받는사람", "받는사람연락처", "배송비", "결제일",
]  # fmt: skip
SETTLEMENT = [
    "정산예정일", "배송번호", "주문번호", "상품번호", "상품명", "옵션주문번호", "상품판매가", "옵션가", "구분", "수량", "판매대행수수료",
    "할인분담금", "제휴수수료", "판매자쿠폰", "정산금액", "구매번호", "결제완료일", "배송완료일", "환불완료일",
]  # fmt: skip
SHIPPING = [
    "배송번호",
    "클레임번호",
    "주문번호",
    "구매번호",
    "구분",
    "정산예정일",
    "배송비",
    "결제완료일",
    "배송완료일",
]
BANK = ["거래일시", "적요", "보낸분", "출금액", "입금액", "거래후잔액"]


def payout_day(delivered: date) -> date:
    month = delivered.month + 1
    return date(delivered.year + month // 12, month % 12 + 1, 7)


def rows_of(orders: int) -> Iterator[tuple[int, date, date, int]]:
    for at in range(orders):
        paid = date(2023, 7, 1) + timedelta(days=at * 365 // orders)
        yield 1_000_000 + at * 10, paid, paid + timedelta(days=3 + at % 4), 5_000 + (at * 37 % 400) * 100


def write_files(folder: Path, orders: int) -> list[Path]:
    sheets: dict[str, tuple[Sequence[str], list[list[object]]]] = {
        "주문": (ORDERS, []), "정산": (SETTLEMENT, []), "배송비": (SHIPPING, []), "통장": (BANK, []),
    }  # fmt: skip
    due: dict[date, int] = {}
    for number, paid, delivered, price in rows_of(orders):
        count = 1 + number // 10 % 3
        fee, net_fee = price * count * 15 // 100, 2_500
        day, pay = payout_day(delivered), str(paid)
        sheets["주문"][1].append([number, number + 1, number + 2, f"{paid} 10:00:00", "배송완료", pay, number + 3,
            300_000_001, "가방", "빨강", count, price, price * count, "홍길동", "010-0000-0000", "홍길동",
            "010-0000-0000", 2_500, f"{paid} 10:01:00"])  # fmt: skip
        sheets["정산"][1].append([str(day), number, number + 1, 300_000_001, "가방", number + 2, price, 0, "배송", count,
            fee, 0, 0, 0, price * count - fee, number + 3, pay, str(delivered), None])  # fmt: skip
        sheets["배송비"][1].append(
            [number, None, number + 1, number + 3, "배송", str(day), net_fee, pay, str(delivered)]
        )
        due[day] = due.get(day, 0) + price * count - fee + net_fee
    # The last two pay-outs never came.
    for day in sorted(due)[:-2]:
        sheets["통장"][1].append([f"{day} 10:00:00", "정산", "위메프", 0, due[day], 0])
    places = []
    for name, (header, rows) in sheets.items():
        place = folder / f"{name}.xlsx"
        if name == "통장":
            header, rows = ["조회기간 : 2023-07-01 ~ 2025-12-31"], [list(BANK), *rows]
        write_workbook(place, {"Sheet1": (header, rows)})  # type: ignore[arg-type]
        places.append(place)
    return places


def bytes_of(folder: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for place in sorted(folder.rglob("*")):
        if place.is_file() and place.name not in (".lock", "state.json"):
            content = place.read_bytes()
            digest.update(str(place.relative_to(folder)).encode() + content)
            size += len(content)
    return size, digest.hexdigest()


def main(orders: int) -> dict[str, object]:
    told: dict[str, object] = {"orders": orders}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_files(folder, orders)
        config = ChannelConfig(
            "shop", "상점", onboarding=OnboardingState.COMPLETE, switches=Switches(master=False)
        )
        with SqliteLedger(folder / "ledger.db", AesGcmCipher.single(generate_key())) as ledger:
            office = BackOffice(ledger, config)
            begun = time.perf_counter()

            def lap(word: str) -> None:
                nonlocal begun
                now = time.perf_counter()
                told[f"{word}_s"] = round(now - begun, 1)
                told[f"{word}_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                begun = now

            lap("start")
            for file in files:
                office.import_source(file, bank="bank")
            lap("import")
            sums = office.settlement().reconciliation
            assert sums is not None
            told["owed"] = sums.sums.owed
            lap("settlement")
            report = office.dossier(folder / "a", as_of=AS_OF, files=files)
            lap("dossier")
            office.dossier(folder / "b", as_of=AS_OF, files=files)
            lap("dossier_again")
            first, last = datetime(2023, 7, 1, tzinfo=KST), datetime(2024, 12, 31, tzinfo=KST)
            office.archive(folder / "c", first, last, as_of=AS_OF)
            lap("archive")
            office.archive(folder / "d", first, last, as_of=AS_OF)
        sizes = {word: bytes_of(folder / word) for word in "abcd"}
        told |= {"lines": report.lines, "dossier_bytes": sizes["a"][0], "archive_bytes": sizes["c"][0]}
        told["bytes_equal"] = sizes["a"] == sizes["b"] and sizes["c"] == sizes["d"]
    return told


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000), indent=1))
