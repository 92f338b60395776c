"""How long each class of personal data is kept by default, on what basis, and how sure that is (보유기간).

This is a record of what public sources say, not legal advice: whoever answers for the data decides. The
articles were read in public summaries; the law's own text could not be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, of_kind
from wemakeprice_sdk.config.states import KoreanWord
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention.periods import RetentionPeriod, return_deadline


class RetentionGrade(KoreanWord):
    """What a period rests on (근거 구분)."""

    LAW = ("law", "법령")
    PRACTICE = ("practice", "업계 관행")
    GUIDELINE = ("guideline", "지침")
    DESIGN = ("design", "라이브러리 기준")
    SELLER = ("seller", "판매자 설정")


class RetentionStart(KoreanWord):
    """The day a period is counted from (기산일)."""

    CONFIRMED = ("confirmed", "구매확정일")
    COMPLETED = ("completed", "거래 완료일(배송완료·클레임 처리)")
    RECORDED = ("recorded", "자료의 일자")
    RETURN_DEADLINE = ("return-deadline", "부가가치세 확정신고 기한")


@frozen(kw_only=True)
class RetentionDates:
    """What is known of the days of one record (KST): `recorded` always, the others where somebody said so."""

    recorded: date
    completed: date | None = None
    confirmed: date | None = None


@frozen(kw_only=True)
class RetentionTerm:
    """How long something is kept: period, basis (law and article, in Korean), what that rests on.

    `certain` is false where even public sources do not say it, such as the day a period begins; `note` and
    `note_ko` say what.
    """

    period: RetentionPeriod = field(validator=of_kind(RetentionPeriod))
    basis: str
    grade: RetentionGrade = field(validator=of_kind(RetentionGrade))
    certain: bool = True
    note: str = ""
    note_ko: str = ""

    def __attrs_post_init__(self) -> None:
        """Check the texts."""
        problems = Problems()
        problems.text("basis", self.basis, required=True)
        problems.flag("certain", self.certain)
        problems.raise_all("RetentionTerm")

    def __str__(self) -> str:
        """Return period, what it rests on and the basis, in Korean."""
        grade = self.grade.korean if self.certain else f"{self.grade.korean}·미확인"
        return f"{self.period.korean} ({grade}: {self.basis})"


@frozen(kw_only=True)
class RetentionRule:
    """What happens to one class: destroyed after `keep`, masked before that after `mask` (None: not masked).

    `minimum` is the period that a law asks for; None where it asks for none. `undated` holds in place of
    `keep` where nobody knows when the order was completed. `by_deadline` counts from the deadline of the tax
    return.
    """

    keep: RetentionTerm = field(validator=of_kind(RetentionTerm))
    mask: RetentionTerm | None = field(default=None, validator=of_kind(RetentionTerm, optional=True))
    minimum: RetentionTerm | None = field(default=None, validator=of_kind(RetentionTerm, optional=True))
    undated: RetentionTerm | None = field(default=None, validator=of_kind(RetentionTerm, optional=True))
    by_deadline: bool = False

    def start(self, dates: RetentionDates) -> tuple[RetentionStart, date]:
        """Return which day the periods are counted from, and that day."""
        if self.by_deadline:
            return RetentionStart.RETURN_DEADLINE, return_deadline(dates.recorded)
        if dates.confirmed is not None:
            return RetentionStart.CONFIRMED, dates.confirmed
        if dates.completed is not None:
            return RetentionStart.COMPLETED, dates.completed
        return RetentionStart.RECORDED, dates.recorded

    def due(self, dates: RetentionDates) -> RetentionDue:
        """Return when a record with these days is masked and destroyed."""
        start, day = self.start(dates)
        term = self.undated if self.undated and start is RetentionStart.RECORDED else self.keep
        destroy = term.period.free_from(day)
        mask = None if self.mask is None else self.mask.period.free_from(day)
        return RetentionDue(start=start, day=day, term=term, mask_from=mask, destroy_from=destroy)


@frozen(kw_only=True)
class RetentionDue:
    """When one record is masked (None: never) and destroyed: the first days (KST), and what they rest on."""

    start: RetentionStart
    day: date
    term: RetentionTerm
    mask_from: date | None
    destroy_from: date

    def is_masked_on(self, today: date) -> bool:
        """Return whether it is masked by the day `today`, if it still stands."""
        return self.mask_from is not None and self.mask_from <= today


_ORDER_5: Final = "전자상거래법 제6조 제1항, 같은 법 시행령 제6조 제1항"
_DESTROY: Final = "개인정보 보호법 제21조 제1항"
_OUR_READING: Final = (
    "which field belongs to this record is our own reading",
    "어떤 항목이 이 기록에 속하는지는 라이브러리의 자체 판단입니다",
)


def _law(
    period: RetentionPeriod,
    basis: str,
    note: tuple[str, str] = _OUR_READING,
    *,
    by_deadline: bool = False,
) -> RetentionRule:
    term = RetentionTerm(period=period, basis=basis, grade=RetentionGrade.LAW, note=note[0], note_ko=note[1])
    return RetentionRule(keep=term, minimum=term, by_deadline=by_deadline)


_MASKED: Final = RetentionTerm(
    period=RetentionPeriod(days=90),
    basis="오픈마켓 판매자 개인정보보호 자율규제(구매확정 후 90일)",
    grade=RetentionGrade.PRACTICE,
    note="what marketplaces and sellers agreed on for what a seller sees, not a law",
    note_ko="판매자 화면에 관한 자율규제이며 법령이 아닙니다",
)
_UNNEEDED: Final = RetentionTerm(
    # Ninety days in which goods still come back, then the five days in which the guideline has it destroyed.
    period=RetentionPeriod(days=95),
    basis=f"{_DESTROY}(지체 없이), 표준 개인정보 보호지침(5일 이내)",
    grade=RetentionGrade.GUIDELINE,
    note="the law says without delay; until when it is needed (here 90 days) is practice",
    note_ko="법령은 '지체 없이'라고만 정합니다. 필요한 기간(90일)은 업계 관행, 5일은 지침입니다",
)
_CUSTOMS: Final = RetentionTerm(
    period=RetentionPeriod(),
    basis=_DESTROY,
    grade=RetentionGrade.LAW,
    certain=False,
    note="that its purpose ends with delivery or clearance is not attested",
    note_ko="통관 또는 배송 완료를 목적 달성으로 보아도 되는지는 확인이 필요합니다",
)

_UNDELIVERED: Final = RetentionTerm(
    period=RetentionPeriod(days=90),
    basis=_DESTROY,
    grade=RetentionGrade.DESIGN,
    certain=False,
    note="where no day of delivery is known, so that a code is still there when goods reach customs",
    note_ko="배송완료일을 알 수 없을 때 통관에 필요한 기간을 고려한 라이브러리 기준입니다",
)

DEFAULT_RULES: Final[Mapping[RetentionClass, RetentionRule]] = {
    RetentionClass.CONTRACT: _law(RetentionPeriod(years=5), f"{_ORDER_5} 제2호"),
    RetentionClass.PAYMENT_SUPPLY: _law(RetentionPeriod(years=5), f"{_ORDER_5} 제3호"),
    RetentionClass.DISPUTE: _law(RetentionPeriod(years=3), f"{_ORDER_5} 제4호"),
    RetentionClass.TAX: _law(
        RetentionPeriod(years=5),
        "부가가치세법 제71조 제3항",
        (
            "a deadline that public holidays move further is not known",
            "공휴일로 연장된 신고 기한은 반영하지 않습니다",
        ),
        by_deadline=True,
    ),
    RetentionClass.DISPLAY: _law(RetentionPeriod(months=6), f"{_ORDER_5} 제1호"),
    RetentionClass.CONTACT: RetentionRule(keep=_UNNEEDED, mask=_MASKED),
    RetentionClass.CUSTOMS: RetentionRule(keep=_CUSTOMS, undated=_UNDELIVERED),
    RetentionClass.UNCLASSIFIED: RetentionRule(keep=_UNNEEDED, mask=_MASKED),
}
"""The rule of every class, where the seller sets no other."""
