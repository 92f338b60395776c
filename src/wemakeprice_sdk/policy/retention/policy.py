"""The retention policy of a seller: the default rules, and what he sets otherwise with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Never

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_items, of_kind
from wemakeprice_sdk.errors import RetentionMinimumError
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention.periods import RetentionPeriod
from wemakeprice_sdk.policy.retention.terms import (
    DEFAULT_RULES,
    RetentionGrade,
    RetentionRule,
    RetentionTerm,
)


@frozen(kw_only=True)
class RetentionOverride:
    """What a seller sets for one class in place of the default, with his reason (one line, names nobody).

    `keep` is how long, `mask` after what it is masked before that (None: not at all). Where that falls below
    what a law asks for, `confirmed_by` has to name who answers for it.
    """

    data_class: RetentionClass = field(validator=of_kind(RetentionClass))
    keep: RetentionPeriod = field(validator=of_kind(RetentionPeriod))
    reason: str
    mask: RetentionPeriod | None = field(default=None, validator=of_kind(RetentionPeriod, optional=True))
    confirmed_by: str = ""

    def __attrs_post_init__(self) -> None:
        """Check the texts, the order of the periods, and the law's minimum."""
        problems = Problems()
        problems.text("reason", self.reason, required=True)
        problems.text("confirmed_by", self.confirmed_by)
        problems.require(
            self.mask is None or not self.keep.is_shorter_than(self.mask),
            "mask",
            self.mask,
            "mask <= keep",
            "what is masked before it is destroyed needs a period that is not longer",
            "가림 처리까지의 기간은 보유기간보다 길 수 없습니다. 기간을 줄여 주세요",
        )
        problems.raise_all("RetentionOverride")
        self._hold_against_the_law()

    def _hold_against_the_law(self) -> None:
        minimum, problems = DEFAULT_RULES[self.data_class].minimum, Problems()
        if minimum is None or self.confirmed_by:
            return
        for name, period in (("keep", self.keep), ("mask", self.mask)):
            if period is not None and period.is_shorter_than(minimum.period):
                problems.add(
                    f"{self.data_class}.{name}",
                    period,
                    f"at least {minimum.period} ({minimum.basis})",
                    f"is shorter than the law's minimum for {self.data_class}; keep it that long, or name in "
                    "confirmed_by who answers for it",
                    f"법정 보존기간({minimum.period.korean}, {minimum.basis})보다 짧습니다. 기간을 늘리거나 "
                    "confirmed_by에 책임자를 적어 주세요",
                )
        problems.raise_all("RetentionOverride", RetentionMinimumError)

    def rule(self) -> RetentionRule:
        """Return the rule that this makes of the default one."""
        usual = DEFAULT_RULES[self.data_class]
        keep = self._term(self.keep)
        mask = None if self.mask is None else self._term(self.mask)
        return evolve(usual, keep=keep, mask=mask, undated=None)

    def _term(self, period: RetentionPeriod) -> RetentionTerm:
        usual = DEFAULT_RULES[self.data_class]
        who = f", confirmed by {self.confirmed_by}" if self.confirmed_by else ""
        who_ko = f", 확인: {self.confirmed_by}" if self.confirmed_by else ""
        return RetentionTerm(
            period=period,
            basis=usual.keep.basis,
            grade=RetentionGrade.SELLER,
            note=f"{self.reason}{who}",
            note_ko=f"{self.reason}{who_ko}",
        )


@frozen(kw_only=True)
class RetentionPolicy:
    """How long personal data is kept, by class (보유기간 정책): the defaults, and a seller's own settings.

    `RetentionPolicy()` takes the rules of `DEFAULT_RULES`, each with its basis and how sure that is: no legal
    advice. Rows of Excel imports (`export`) are the seller's own catalogue and are not reached unless
    `exports`, though a column of his own may hold anything. Raises `ConfigError` for two overrides of one
    class, and for the settings of older versions (`mask_after`, `destroy_after`, `kinds`), which destroyed
    what a law wants kept.
    """

    overrides: tuple[RetentionOverride, ...] = ()
    exports: bool = False

    def __init__(
        self, *, overrides: Iterable[RetentionOverride] = (), exports: bool = False, **replaced: Never
    ) -> None:
        check_items("overrides", overrides)
        kept, problems = tuple(overrides), Problems()
        for name in replaced:
            problems.add(
                name,
                "…",
                "replaced by overrides",
                "is no setting any more: periods are set by class, such as RetentionOverride("
                "data_class=RetentionClass.CONTACT, keep=RetentionPeriod(days=30), reason=…)",
                "더 이상 사용하지 않는 설정입니다. 보유기간은 RetentionOverride로 구분별로 지정해 주세요",
            )
        problems.each("overrides", kept, RetentionOverride, "RetentionOverride")
        problems.flag("exports", exports)
        problems.raise_all("RetentionPolicy")
        classes = [one.data_class for one in kept]
        for twice in sorted({one for one in classes if classes.count(one) > 1}):
            problems.add(
                f"overrides[{twice}]",
                twice,
                "each class once",
                "is set more than once; leave one",
                "같은 구분이 두 번 지정되었습니다. 하나만 남겨 주세요",
            )
        problems.raise_all("RetentionPolicy")
        # What attrs would write itself: its own constructor cannot say what stands in the place of a setting.
        object.__setattr__(self, "overrides", kept)
        object.__setattr__(self, "exports", exports)

    def reaches(self, kind: str) -> bool:
        """Return whether records of a kind are masked and destroyed at all."""
        return self.exports or kind != RecordKind.EXPORT

    @property
    def rules(self) -> Mapping[RetentionClass, RetentionRule]:
        """The rule of every class, as the seller has it."""
        return {**DEFAULT_RULES, **{one.data_class: one.rule() for one in self.overrides}}
