"""Plots of what people look at rather than read (extra `plot`): orders, settlement, stock.

They take what has `to_rows`, several of them, or rows. Labels are Korean where an installed font has Hangul;
where none has, they are English, and a `MissingHangulWarning` says so: a box for each letter helps nobody.
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from importlib import import_module
from math import isnan
from typing import TYPE_CHECKING, Any, Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import MissingExtraError, ValidationError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FONTS: Final = (
    "NanumGothic",
    "Nanum Gothic",
    "NanumBarunGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "Source Han Sans KR",
    "Pretendard",
    "UnDotum",
)
_STATES: Final = {
    "NEW": ("신규주문", "new"),
    "CONFIRM": ("상품준비중", "confirmed"),
    "DELIVERY": ("배송중", "on its way"),
    "COMPLETE": ("배송완료", "delivered"),
}
_COLOURS: Final = ("#0072b2", "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#999999")
"""Told apart by the colour-blind too (Okabe and Ito)."""
_MONEY: Final = {
    "settled": ("정산 예정", "announced", "#999999"),
    "paid": ("입금", "paid", "#009e73"),
    "owed": ("미지급", "owed", "#d55e00"),
}
_FILLED: Final = 62
"""Days up to which those without an order have their place too."""


class MissingHangulWarning(UserWarning):
    """No installed font has Hangul, so that a plot has English labels; install one, such as NanumGothic."""


@frozen
class _Paper:
    """Axes to draw on, and how to write on them: the font family, and whether it has Hangul."""

    axes: Axes
    family: list[str]
    hangul: bool

    def say(self, korean: str, english: str) -> str:
        return korean if self.hangul else english

    def title(self, korean: str, english: str) -> None:
        self.axes.set_title(self.say(korean, english), family=self.family, loc="left")

    def finish(self, *, legend: bool) -> Axes:
        self.axes.tick_params(labelfontfamily=self.family)
        self.axes.spines[["top", "right"]].set_visible(False)
        if legend:
            self.axes.legend(prop={"family": self.family}, frameon=False)
        return self.axes


def plot_orders(orders: object, *, ax: Axes | None = None) -> Axes:
    """Draw the bundles by day of payment (KST) and state, as stacked bars (일자별 주문).

    `orders` are bundles, as `orders.list`, a pager's items or the ledger give them, or their rows. A bundle
    counts once; one without a day of payment stands under its own label. Raise `ValidationError` for rows
    without `bundle_no`, `pay_date` and `delivery_ship_status`.
    """
    rows = _rows(orders, "bundle_no", "pay_date", "delivery_ship_status")
    bundles = {row["bundle_no"]: (_day(row["pay_date"]), row["delivery_ship_status"] or "?") for row in rows}
    counts = Counter(bundles.values())
    paper = _paper(ax)
    days = _labels(_filled({day for day, _ in counts}), paper)
    states = sorted({state for _, state in counts}, key=lambda state: (state not in _STATES, _place(state)))
    bottom = [0] * len(days)
    for state, colour in zip(states, _repeated(len(states)), strict=True):
        heights = [counts[day, state] for day in days]
        label = paper.say(*_STATES.get(state, (state, state)))
        paper.axes.bar(list(days.values()), heights, bottom=bottom, label=label, color=colour, width=0.8)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    paper.axes.locator_params(axis="y", integer=True)
    paper.title(f"일자별 주문 {len(bundles):,}건", f"{len(bundles):,} orders by day")
    return _turned(paper, len(days)).finish(legend=bool(states))


def plot_settlement(rows: object, *, ax: Axes | None = None) -> Axes:
    """Draw what was announced, paid and is owed by month of the pay-out, in won (월별 정산).

    `rows` are a `Reconciliation`, several of them (`business.accounts`), or their rows. What has no pay-out
    day stands under its own label. Raise `ValidationError` for rows without `payout_day`, `settled`, `paid`
    and `owed`.
    """
    sums: dict[date | None, Counter[str]] = defaultdict(Counter)
    for row in _rows(rows, "payout_day", *_MONEY):
        day = _day(row["payout_day"])
        month = day.replace(day=1) if day else None
        sums[month].update({name: row[name] or 0 for name in _MONEY})
    paper = _paper(ax)
    months = _labels(set(sums), paper, "%Y-%m")
    places = range(len(months))
    width = 0.8 / len(_MONEY)
    for at, (name, (korean, english, colour)) in enumerate(_MONEY.items()):
        heights = [sums[month][name] for month in months]
        middle = [place + (at - 1) * width for place in places]
        paper.axes.bar(middle, heights, width=width, label=paper.say(korean, english), color=colour)
    paper.axes.set_xticks(list(places), list(months.values()), family=paper.family)
    paper.axes.yaxis.set_major_formatter(lambda value, _: _won(value, paper))
    owed = sum(found["owed"] for found in sums.values())
    paper.title(f"월별 정산, 미지급 {owed:,}원", f"Settlement by month, {owed:,} won owed")
    return _turned(paper, len(months)).finish(legend=bool(sums))


def plot_stock(products: object, *, below: int = 10, most: int = 20, ax: Axes | None = None) -> Axes:
    """Draw the products and options with the least stock, up to `below` units (품절 임박).

    `products` are products of the API or of an export, or their rows. At most `most` are drawn, and the title
    counts the rest. Where no stock is said, nothing is drawn. Raise `ValidationError` for rows without
    `product_no` and a stock (`stock_count` or `sale_stock_count`).
    """
    rows = _rows(products, "product_no")
    if rows and not any(name in rows[0] for name in ("stock_count", "sale_stock_count")):
        raise _missing("stock_count")
    low = _lowest(rows, below)
    paper = _paper(ax)
    drawn = low[:most]
    names = [_product(row, paper) for _, row in drawn]
    colours = ["#d55e00" if stock <= 0 else "#e69f00" for stock, _ in drawn]
    bars = paper.axes.barh(range(len(drawn)), [stock for stock, _ in drawn], color=colours)
    paper.axes.bar_label(bars, padding=3)
    paper.axes.set_yticks(range(len(drawn)), names, family=paper.family)
    paper.axes.invert_yaxis()
    paper.axes.set_xlim(0, below + 1)
    out = sum(stock <= 0 for stock, _ in low)
    rest, rest_english = (
        (f", 외 {len(low) - most}개", f", {len(low) - most} more") if len(low) > most else ("", "")
    )
    paper.title(
        f"재고 {below}개 이하 {len(low)}개(품절 {out}개){rest}",
        f"{len(low)} with stock up to {below} ({out} sold out){rest_english}",
    )
    return paper.finish(legend=False)


def _lowest(rows: Iterable[Mapping[str, Any]], below: int) -> list[tuple[int, Mapping[str, Any]]]:
    found = [(stock, row) for row in rows if (stock := _stock(row)) is not None and stock <= below]
    return sorted(found, key=lambda one: (one[0], one[1]["product_no"]))


def _stock(row: Mapping[str, Any]) -> int | None:
    option = row.get("stock_count")
    return row.get("sale_stock_count") if option is None else option


def _product(row: Mapping[str, Any], paper: _Paper) -> str:
    name = row.get("basic_product_name") or row.get("product_name") or ""
    values = [str(row[f"option_value{at}"]) for at in range(1, 6) if row.get(f"option_value{at}")]
    # Names are Korean: without a font for them the number says as much.
    text = " ".join([str(name), *values]) if paper.hangul and name else str(row["product_no"])
    return text if len(text) <= 30 else text[:29] + "…"


def _rows(source: object, *needed: str) -> Sequence[Mapping[str, Any]]:
    """Return flat rows of whatever was given, each with the columns that are needed."""
    rows: Sequence[Mapping[str, Any]]
    made: Any = getattr(source, "to_rows", None)
    if made is not None:
        rows = made()
    elif isinstance(source, Mapping):
        rows = [{str(name): None if _is_blank(value) else value for name, value in source.items()}]
    elif isinstance(source, Iterable) and not isinstance(source, str | bytes):
        return [row for one in source for row in _rows(one, *needed)]
    else:
        raise TypeError(f"what is plotted has to_rows(), or is rows; not {type(source).__name__}")
    for name in needed:
        if rows and name not in rows[0]:
            raise _missing(name)
    return rows


def _is_blank(value: object) -> bool:
    """Whether a data frame means nothing by it; its own marks cannot be compared."""
    return type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and isnan(value))


def _missing(name: str) -> ValidationError:
    return ValidationError.single(
        name,
        "",
        "a column",
        f"the rows have no column {name}",
        f"{name} 열이 없는 자료입니다. 자료를 확인해 주세요",
    )


def _day(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _filled(days: set[date | None]) -> set[date | None]:
    """Return the days with those between them, unless they are too many to be seen."""
    known = [day for day in days if day is not None]
    first, last = min(known, default=date.min), max(known, default=date.min)
    if (last - first).days > _FILLED or not known:
        return days
    return days | {first + timedelta(at) for at in range((last - first).days)}


def _labels(days: set[date | None], paper: _Paper, form: str = "%m-%d") -> dict[date | None, str]:
    """Return days in their order with their labels; what has no day comes last."""
    known = sorted(day for day in days if day is not None)
    labels: dict[date | None, str] = {day: day.strftime(form) for day in known}
    if len({day.year for day in known}) > 1 and "Y" not in form:
        labels = {day: day.isoformat() for day in known}
    return labels | ({None: paper.say("날짜 미상", "no day")} if None in days else {})


def _place(state: str) -> int:
    return list(_STATES).index(state) if state in _STATES else 0


def _repeated(count: int) -> list[str]:
    return [_COLOURS[at % len(_COLOURS)] for at in range(count)]


def _won(value: float, paper: _Paper) -> str:
    return paper.say(f"{value / 10_000:,.0f}만", f"{value:,.0f}") if abs(value) >= 10_000 else f"{value:,.0f}"


def _turned(paper: _Paper, labels: int) -> _Paper:
    if labels > 10:
        paper.axes.tick_params(axis="x", labelrotation=60)
    return paper


def _paper(ax: Axes | None) -> _Paper:
    try:
        pyplot, fonts = import_module("matplotlib.pyplot"), import_module("matplotlib.font_manager")
    except ImportError:
        raise MissingExtraError("plot") from None
    axes = pyplot.subplots(figsize=(10, 4), layout="constrained")[1] if ax is None else ax
    own = list(import_module("matplotlib").rcParams["font.family"])
    hangul = _hangul_font(fonts, own)
    if hangul is None:
        warnings.warn(
            "no installed font has Hangul: the labels are English; install one, such as NanumGothic / "
            "한글 글꼴이 없어 영어로 표시합니다. 나눔고딕 같은 한글 글꼴을 설치해 주세요",
            MissingHangulWarning,
            stacklevel=3,
        )
    return _Paper(axes, [hangul, *own] if hangul else own, hangul is not None)


def _hangul_font(fonts: Any, own: Sequence[str]) -> str | None:
    """Return a font that has Hangul: the reader's own choice, a known one, any other; None without one."""
    installed = {font.name: font.fname for font in fonts.fontManager.ttflist}
    wanted = [*own, *_FONTS, *sorted(installed)]
    return next((name for name in wanted if name in installed and _has_hangul(fonts, installed[name])), None)


def _has_hangul(fonts: Any, path: str) -> bool:
    try:
        return bool(fonts.get_font(path).get_char_index(ord("한")))
    except (OSError, RuntimeError):
        return False
