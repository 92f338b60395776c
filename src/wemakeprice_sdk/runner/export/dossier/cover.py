"""The cover sheet (표지): one HTML page in Korean that prints on A4, without a script or foreign resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Final

from wemakeprice_sdk._version import __version__
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.policy.settlement import SettlementBreakdown, SettlementSum
from wemakeprice_sdk.runner.export.dossier.parts import DossierFacts, Table
from wemakeprice_sdk.runner.export.dossier.words import in_korean
from wemakeprice_sdk.runner.export.tables import TableValue

_LONG_WORD: Final = 16
_MOST: Final = 500
"""Rows of a table on paper; the whole table is in the CSV beside it."""
_SHOWN_LINES: Final = ("line", "account", "status", "reason", "bundle_no", "order_option_no", "sales_day",
    "payout_day", "due_by", "net", "expected", "paid", "owed", "source")  # fmt: skip
_SHOWN_INTEREST: Final = ("account", "due", "principal", "first", "until", "days", "formula", "amount",
    "basis", "disputed")  # fmt: skip
_NUMBERS: Final = frozenset({"line", "bundle_no", "order_no", "order_option_no", "claim_no"})
_STYLE: Final = """
@page { size: A4; margin: 15mm }
@page wide { size: A4 landscape; margin: 12mm }
body { font: 10pt/1.5 "Noto Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", sans-serif; color: #111;
  max-width: 190mm; margin: 0 auto; padding: 8mm; word-break: keep-all }
h1 { font-size: 18pt; margin: 0 0 2mm }
h2 { font-size: 12pt; margin: 8mm 0 2mm; border-bottom: 1px solid #111; break-after: avoid }
table { border-collapse: collapse; width: 100%; font-size: 8pt; margin-bottom: 3mm }
th, td { border: 1px solid #999; padding: 1mm 1.5mm; text-align: left; vertical-align: top }
th { background: #eee } td.n, td.d { white-space: nowrap } td.n { text-align: right }
td.s { overflow-wrap: anywhere; min-width: 25mm }
.wide { page: wide; max-width: none } .wide table { font-size: 7.5pt }
thead { display: table-header-group } tr { break-inside: avoid }
.big td, .big th { font-size: 10pt } .total td { font-weight: bold }
.note { border: 1px solid #999; padding: 2mm 3mm; background: #f7f7f7 }
@media print { body { padding: 0 1px; max-width: none } }
"""
_DEDUCTIONS: Final = {
    "item_coupon": "상품쿠폰(판매자 부담)",
    "cart_coupon": "장바구니쿠폰(판매자 부담)",
    "agency_fee": "판매대행수수료",
    "discount_burden": "할인분담금",
    "channel_fee": "제휴(EP) 수수료",
    "claim_deduction": "클레임 공제",
}


def cover(facts: DossierFacts, tables: Iterable[Table]) -> str:
    """Return the page; amounts in won, times in KST."""
    by_name = {table.name: table for table in tables}
    sections = [
        _head(facts),
        "<h2>1. 금액</h2>",
        _sums(facts),
        "<h2>2. 판매자 ID별 합계</h2>",
        _accounts(facts),
        "<h2>3. 없는 자료</h2>",
        _note("자료가 없다는 사실도 기록의 일부입니다. 아래 항목은 이 자료로 확인할 수 없습니다."),
        _table(by_name["missing"]),
        "<h2>4. 서로 다른 자료</h2>",
        _note("같은 사실을 출처마다 다르게 적은 경우입니다. 둘 다 남기고, 반영한 값을 표시합니다."),
        _table(by_name["contradictions"]),
        "<h2>5. 3자 대조 (정산 내역, 부가세 화면, 세금계산서)</h2>",
        _note("부가세 화면의 계산식은 공개 자료에서 확인한 것이며, 위메프의 확인을 받은 것이 아닙니다."),
        _table(by_name["three-way"]),
        "<h2>6. 입금 대조</h2>",
        _table(by_name["payouts"]),
        _table(by_name["transfers"]),
        '<div class="wide">',
        "<h2>7. 미지급 명세</h2>",
        _owed(by_name["lines"]),
        "</div>",
        "<h2>8. 지연이자 (별도 항목)</h2>",
        _interest(facts, by_name["interest"]),
        "<h2>9. 적용 조건과 근거</h2>",
        _note("금액과 지급일을 계산할 때 적용한 조건입니다. 내용이 비어 있는 조건은 적용하지 않았습니다."),
        _table(by_name["terms"]),
        '<div class="wide">',
        "<h2>10. 출처 파일</h2>",
        _table(by_name["sources"]),
        "</div>",
        "<h2>11. 다시 계산하는 방법</h2>",
        _note(
            "data/lines.csv의 owed 열을 더하면 위의 미지급 합계와 같습니다. "
            "manifest-sha256.txt로 모든 파일이 그대로인지 확인할 수 있습니다(BagIt 1.0)."
        ),
    ]
    body = "\n".join(sections)
    return (
        '<!DOCTYPE html>\n<html lang="ko">\n<head>\n<meta charset="utf-8">\n'
        f"<title>정산 기록 자료</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _head(facts: DossierFacts) -> str:
    names = ", ".join(f"{one.store_name} ({one.result.account})" for one in facts.accounts)
    lines = [one.lines for one in facts.accounts]
    days = [day for one in lines for day in (one.first, one.last) if day is not None]
    period = f"{min(days)} ~ {max(days)}" if days else "기록이 없는 기간"
    rows = {
        "판매자": names,
        "사업자등록번호": "미입력" if facts.business is None else _dashed(facts.business.number),
        "매출 기간": period,
        "기준 시각": f"{facts.as_of.astimezone(KST):%Y-%m-%d %H:%M} (한국 시간)",
        "통화": "원(KRW)",
        "구매자 표시": "그대로 표시" if facts.personal else "가림 처리",
        "작성 도구": f"wemakeprice-sdk {__version__}",
    }
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows.items())
    return (
        "<h1>정산 기록 자료</h1>\n"
        + _note(
            "이 자료는 판매자가 보관한 거래 기록을 정리한 것입니다. 법률 의견이 아니며, 권리의 존부나 금액의 "
            "확정을 뜻하지 않습니다. 제출 전에 전문가의 확인을 받아 주세요."
        )
        + f'\n<table class="big">{cells}</table>'
    )


def _dashed(number: str) -> str:
    return f"{number[:3]}-{number[3:5]}-{number[5:]}"


def _sums(facts: DossierFacts) -> str:
    total = facts.sums
    # Only accounts that share transfers have such money.
    ties = facts.received_in_ties or facts.owed_in_ties
    rows: list[tuple[str, int | None]] = [("총액 (정산 내역)", total.breakdown.gross)]
    rows += [(f"− {_DEDUCTIONS[name]}", won) for name, won in total.breakdown.deductions.items()]
    rows += [("= 정산금액", total.announced), ("입금으로 확인된 금액", facts.verified)]
    rows += [("판매자 ID를 구분할 수 없는 입금 (명세 외)", facts.received_in_ties)] if ties else []
    rows += [
        ("지급일이 지났으나 입금을 확인할 수 없는 금액", facts.unverified),
        ("지급일이 지나지 않은 금액", total.ahead),
        ("어느 지급분인지 확인이 필요한 금액", total.tied),
        ("정산 내역이 없는 배송완료 주문 (예상)", total.unannounced),
        ("그중 지급일이 지난 금액", total.owed_unannounced),
        ("지급일을 알 수 없는 금액 (정산주기 미상)", total.no_due_day),
        ("배송완료일을 알 수 없는 주문", total.undated),
        ("설명되지 않는 입금", total.unexplained),
        ("수수료 규칙과 실제 수수료의 차이", total.fee_difference),
    ]
    owed: list[tuple[str, int | None]] = [("미지급 합계 (명세의 합)", facts.owed)]
    if ties:
        owed.append(("판매자 ID를 구분할 수 없는 미지급액 (명세 외)", facts.owed_in_ties))
        owed.append(("미지급 총액", facts.owed + facts.owed_in_ties))
    lines = [*_sum_rows(rows, ""), *_sum_rows(owed, ' class="total"')]
    return f'<table class="big">{"".join(lines)}</table>'


def _sum_rows(rows: Iterable[tuple[str, int | None]], look: str) -> Iterator[str]:
    for name, won in rows:
        yield f'<tr{look}><td>{escape(name)}</td><td class="n">{_won(won)}</td></tr>'


def _accounts(facts: DossierFacts) -> str:
    names = ("account", "gross", "deducted", "net", "verified", "ahead", "owed")
    titles = ("판매자 ID", "총액", "공제", "정산금액", "입금 확인", "예정", "미지급")
    head: dict[str, str] = dict(zip(names, titles, strict=True))
    rows = []
    for one in facts.accounts:
        sums: SettlementSum = one.result.sums
        parts: SettlementBreakdown = sums.breakdown
        deducted = sum(parts.deductions.values())
        arrived, owed = one.lines.verified, one.lines.owed
        rows.append((one.result.account, parts.gross, deducted, parts.net, arrived, sums.ahead, owed))
    return _html_table(head, rows)


def _owed(lines: Table) -> str:
    names = list(lines.columns)
    owed, picked = names.index("owed"), [names.index(name) for name in _SHOWN_LINES]
    rows = [[row[at] for at in picked] for row in lines.rows if row[owed]]
    told = _note(
        f"전체 명세는 {len(lines.rows):,}행이며 data/lines.csv와 data/dossier.xlsx에 있습니다. "
        f"이 표는 미지급액이 있는 {len(rows):,}행입니다."
    )
    return told + _html_table({name: lines.columns[name] for name in _SHOWN_LINES}, rows)


def _interest(facts: DossierFacts, table: Table) -> str:
    if not table.rows:
        return _note("이자는 계산하지 않았습니다.")
    names = list(table.columns)
    rows = [[row[names.index(name)] for name in _SHOWN_INTEREST] for row in table.rows]
    total = _won(facts.interest_won)
    told = f"이자 합계 {total}. 미지급 합계에 포함되지 않으며, 한 줄마다 원 미만을 버렸습니다."
    columns = {name: table.columns[name] for name in _SHOWN_INTEREST}
    return _note(told) + _html_table(columns, rows, "data/interest.csv")


def _table(table: Table) -> str:
    return _html_table(table.columns, table.rows, f"data/{table.name}.csv")


def _html_table(
    columns: Mapping[str, str], rows: Sequence[Sequence[TableValue]], place: str = "data/lines.csv"
) -> str:
    if not rows:
        return "<p>해당 없음</p>"
    titles = "".join(f"<th>{escape(name)}</th>" for name in columns.values())
    lines = ["".join(map(_cell, columns, row)) for row in rows[:_MOST]]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    more = f"<p>나머지 {len(rows) - _MOST:,}행: {escape(place)}</p>" if len(rows) > _MOST else ""
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(column: str, value: TableValue) -> str:
    if isinstance(value, int):
        # Numbers of orders are names: only amounts and counts carry separators.
        return f'<td class="n">{value if column in _NUMBERS else f"{value:,}"}</td>'
    if isinstance(value, datetime):
        return f'<td class="d">{value.astimezone(KST):%Y-%m-%d %H:%M}</td>'
    if isinstance(value, date):
        return f'<td class="d">{value.isoformat()}</td>'
    words = str(in_korean(column, value) or "")
    if column == "month":
        return f'<td class="d">{escape(words)}</td>'
    # A hash or a file name may break anywhere, a word may not.
    kind = ' class="s"' if any(len(word) > _LONG_WORD for word in words.split()) else ""
    return f"<td{kind}>{escape(words)}</td>"


def _won(value: int | None) -> str:
    return "" if value is None else f"{value:,}원"


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'
