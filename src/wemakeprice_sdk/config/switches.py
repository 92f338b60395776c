"""The switches a seller sets (API 연동설정)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final, cast

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.clock import add_months, require_aware
from wemakeprice_sdk.config._checks import as_tuple, fold
from wemakeprice_sdk.config.states import (
    ConfirmationMode,
    CsKind,
    EndedGoodsPolicy,
    LengthUnit,
    MixedBundlePolicy,
)
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.models._given import taken

_LONGEST: Final = {LengthUnit.DAYS: 1826, LengthUnit.MONTHS: 60}
_LENGTH: Final = re.compile(r"(\d{1,4})\s*(d|days?|일|m|months?|개월|달)", re.IGNORECASE)


def _kinds(value: object) -> tuple[str, ...]:
    kinds = as_tuple(value)
    if isinstance(kinds, tuple):
        return tuple(_kind(kind) if isinstance(kind, str) else kind for kind in kinds)
    return cast("tuple[str, ...]", kinds)


@cache
def _cs_words() -> dict[str, str]:
    words = {fold(text): kind.value for kind in CsKind for text in (kind.value, kind.korean)}
    # A seller may write either name of a product question.
    return words | {fold(text): CsKind.QUESTION.value for text in ("상품문의", "판매자문의")}


def _kind(text: str) -> str:
    words = _cs_words()
    return words.get(text) or words.get(fold(text)) or text.strip()


@frozen
class Switches:
    """What may be done for the account at all (API 연동설정).

    - `master`: 연동설정, the temporary stop of everything; off beats every schedule.
    - `product_api`: 상품 API. Excel import still works while it is off.
    - `order_api`: 주문 API, orders *and* claims.
    - `cs_api` with `cs_kinds`: CS API and the kinds it covers
      (상품문의(판매자문의), 구매후기, CS문의, and any further word).
    - `sku_sync`: 진열/판매상태/재고연동 by SKU; it works only when the product link's own flag is on as well.
      Off by default, because it changes what buyers see.
    - `wind_down`: 판매채널 정리. Nothing is confirmed, extended, resumed or sent as stock any more, and the
      job `wind_down` may stop every sale; claims, dispatch and answers go on.
    """

    master: bool = True
    product_api: bool = True
    order_api: bool = True
    cs_api: bool = True
    cs_kinds: tuple[str, ...] = field(
        default=(CsKind.QUESTION.value, CsKind.REVIEW.value, CsKind.INQUIRY.value), converter=_kinds
    )
    sku_sync: bool = False
    wind_down: bool = False

    def __attrs_post_init__(self) -> None:
        """Check the switches."""
        problems = Problems()
        for name in ("master", "product_api", "order_api", "cs_api", "sku_sync", "wind_down"):
            problems.flag(name, getattr(self, name))
        problems.each("cs_kinds", self.cs_kinds, str, "text")
        if not problems.found:
            for index, kind in enumerate(self.cs_kinds):
                problems.text(f"cs_kinds[{index}]", kind, required=True)
                if kind in self.cs_kinds[:index]:
                    problems.add(
                        f"cs_kinds[{index}]",
                        kind,
                        "unique",
                        f"stands twice, first at cs_kinds[{self.cs_kinds.index(kind)}]",
                        "같은 CS 종류가 중복되었습니다. 하나만 남겨 주세요",
                    )
        problems.raise_all("Switches")

    def covers_cs(self, kind: CsKind | str) -> bool:
        """Return whether the CS switch is on and covers `kind` (a word or its Korean name)."""
        return self.cs_api and _kind(str(kind)) in self.cs_kinds


@frozen
class OrderConfirmation:
    """How orders are confirmed (자동 발주확인): the mode, and what Runple mode does about mixed bundles."""

    mode: ConfirmationMode = ConfirmationMode.MANUAL
    mixed_bundles: MixedBundlePolicy = MixedBundlePolicy.HOLD

    def __attrs_post_init__(self) -> None:
        """Check the types."""
        problems = Problems()
        problems.instance("mode", self.mode, ConfirmationMode, "ConfirmationMode")
        problems.instance("mixed_bundles", self.mixed_bundles, MixedBundlePolicy, "MixedBundlePolicy")
        problems.raise_all("OrderConfirmation")


@frozen(field_transformer=taken)
class ExtensionLength:
    """By how much a sale period grows: `amount` (1..1826 days or 1..60 months) of a `unit`.

    The bound is the marketplace's own: a sale ends at most five years after its start (grade B).
    """

    amount: int
    unit: LengthUnit = LengthUnit.DAYS

    def __attrs_post_init__(self) -> None:
        """Check the bound."""
        problems = Problems()
        if problems.instance("unit", self.unit, LengthUnit, "LengthUnit"):
            problems.number("amount", self.amount, 1, _LONGEST[self.unit])
        problems.raise_all("ExtensionLength")

    @classmethod
    def parse(cls, text: str) -> ExtensionLength:
        """Read `30 days`, `30일`, `3 months` or `3개월`; raise `ConfigError` for any other text."""
        found = _LENGTH.fullmatch(text.strip())
        if found is None:
            raise ConfigError.single(
                "length",
                text,
                "days or months",
                "is not a length such as '30 days' or '3 months'",
                "'30일' 또는 '3개월' 형식으로 적어 주세요",
            )
        is_days = found[2].casefold()[0] in {"d", "일"}
        return cls(int(found[1]), LengthUnit.DAYS if is_days else LengthUnit.MONTHS)

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        return f"{self.amount} {self.unit}"

    def after(self, timestamp: datetime) -> datetime:
        """Move an aware `time` on by the length, in KST; 31 January + 1 month is the last of February."""
        at = require_aware(timestamp, "timestamp")
        if self.unit is LengthUnit.DAYS:
            return at + timedelta(days=self.amount)
        return datetime.combine(add_months(at.date(), self.amount), at.timetz())

    @property
    def shortest(self) -> timedelta:
        """Return the least time the length can mean; a calendar month may have 28 days."""
        if self.unit is LengthUnit.DAYS:
            return timedelta(days=self.amount)
        return timedelta(days=_shortest_days(self.amount))


@cache
def _shortest_days(months: int) -> int:
    starts = [date(year, month, 1) for year in range(2025, 2029) for month in range(1, 13)]
    return min((add_months(start, months) - start).days for start in starts)


@frozen
class DayWindow:
    """A part of one day in KST, from `start` to just before `end`; it does not cross midnight."""

    start: time
    end: time

    def __attrs_post_init__(self) -> None:
        """Check both ends."""
        problems = Problems()
        for path, value in (("start", self.start), ("end", self.end)):
            if problems.instance(path, value, time, "time") and value.tzinfo is not None:
                problems.add(
                    path,
                    value,
                    "time of day in KST",
                    "carries a zone; a plain time of day in KST is meant",
                    "시간대 없이 한국 시간으로 적어 주세요",
                )
        if not problems.found and self.start >= self.end:
            problems.add(
                "end",
                self.end,
                "start < end",
                f"is not after start={self.start}; a window ends on the day it starts",
                f"시작 시각({self.start})보다 늦어야 하며 자정을 넘을 수 없습니다",
            )
        problems.raise_all("DayWindow")

    def covers(self, timestamp: datetime) -> bool:
        """Return whether `timestamp` (aware) lies inside, on whatever day."""
        return self.start <= require_aware(timestamp, "timestamp").time() < self.end


@frozen(field_transformer=taken)
class SalePeriodExtension:
    """The nightly extension of sale periods (판매기간 자동연장).

    Goods whose remaining period is *less* than `threshold_days` (1..1826, default 7; exactly 7 days is not
    less) are extended by `length` in one batch inside `window` (KST, default 02:00–06:00). `ended` says
    what happens to goods already past their end. `length` is needed once `enabled` is on, and may not be
    shorter than the threshold: the goods would be due again on the next morning.
    """

    enabled: bool = False
    threshold_days: int = 7
    length: ExtensionLength | None = None
    window: DayWindow = DayWindow(time(2), time(6))
    ended: EndedGoodsPolicy = EndedGoodsPolicy.SKIP

    def __attrs_post_init__(self) -> None:
        """Check the parts against each other."""
        problems = Problems()
        problems.flag("enabled", self.enabled)
        clean = problems.number("threshold_days", self.threshold_days, 1, _LONGEST[LengthUnit.DAYS])
        problems.instance("window", self.window, DayWindow, "DayWindow")
        problems.instance("ended", self.ended, EndedGoodsPolicy, "EndedGoodsPolicy")
        if self.length is None:
            self._check_missing_length(problems)
        elif problems.instance("length", self.length, ExtensionLength, "ExtensionLength") and clean:
            self._check_length(problems, self.length)
        problems.raise_all("SalePeriodExtension")

    def _check_missing_length(self, problems: Problems) -> None:
        if self.enabled is True:
            problems.add(
                "length",
                None,
                "required with enabled=true",
                "enabled=true contradicts a missing length: by how much is not said",
                "판매기간 자동연장을 켜려면 연장 기간을 적어 주세요",
            )

    def _check_length(self, problems: Problems, length: ExtensionLength) -> None:
        if self.threshold > length.shortest:
            problems.add(
                "threshold_days",
                self.threshold_days,
                "threshold_days <= length",
                f"threshold_days={self.threshold_days} is longer than length={length}",
                f"연장 기준 일수({self.threshold_days}일)가 "
                f"연장 기간({length.amount}{length.unit.korean})보다 깁니다. 연장 기간을 늘려 주세요",
            )

    @property
    def threshold(self) -> timedelta:
        """Return the threshold as a duration."""
        return timedelta(days=self.threshold_days)
