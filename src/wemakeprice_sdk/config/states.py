"""The closed vocabularies of a channel's settings, each word with its Korean name."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from wemakeprice_sdk.config._checks import closest, fold
from wemakeprice_sdk.errors import ConfigError


class KoreanWord(StrEnum):
    """A word of a closed vocabulary: `value` is what files hold, `korean` what a seller reads."""

    korean: str

    def __new__(cls, value: str, korean: str) -> Self:
        """Make a member of its word and its Korean name."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.korean = korean
        return member

    @classmethod
    def from_text(cls, text: str, path: str = "") -> Self:
        """Read the word, its Python name or its Korean name; raise `ConfigError` for any other text."""
        wanted = fold(text).replace("_", "-")
        for member in cls:
            if wanted in {fold(member.value), fold(member.name).replace("_", "-"), fold(member.korean)}:
                return member
        words = [member.value for member in cls]
        near = closest(wanted, words)
        hint, hint_ko = (f"; did you mean {near}?", f" ({near}?)") if near else ("", "")
        raise ConfigError.single(
            path or cls.__name__,
            text,
            f"one of {', '.join(words)}",
            f"is not one of {', '.join(words)}{hint}",
            f"{', '.join(member.korean for member in cls)} 중 하나여야 합니다{hint_ko}",
        )


class OnboardingState(KoreanWord):
    """How far the account is on the way to selling (입점 상태).

    Signing up is not being active: the API may be used only in `COMPLETE`. Manual review takes one or two
    days; with representative verification (대표자 인증) completion is immediate.
    """

    SIGNED_UP = ("signed-up", "회원가입")
    WAITING = ("waiting", "승인대기")
    COMPLETE = ("complete", "입점완료")


class LinkState(KoreanWord):
    """Whether the marketplace approved this key for this agency (연동 승인 상태)."""

    DRAFT = ("draft", "작성중")
    SAVED_UNAPPROVED = ("saved-unapproved", "저장됨(미승인)")
    APPROVED = ("approved", "승인완료")
    AGENCY_MISMATCH = ("agency-mismatch", "대행사 불일치")
    KEY_REJECTED = ("key-rejected", "인증키 거절")


class ConfirmationMode(KoreanWord):
    """What collecting an order does about confirming it (자동 발주확인).

    `MANUAL`: collecting never confirms. `AUTO`: collecting confirms in the same run. `RUNPLE`: only
    Runple-fulfilled products are confirmed; it exists only for accounts that use the Runple service.
    """

    MANUAL = ("manual", "수동")
    AUTO = ("auto", "자동")
    RUNPLE = ("runple", "런플상품발주")


class MixedBundlePolicy(KoreanWord):
    """What Runple mode does with a bundle that mixes Runple and other goods (혼합 배송번호 처리).

    The marketplace confirms whole bundles only. `HOLD` leaves the decision to an operator (default);
    `CONFIRM` confirms the whole bundle, the other goods included.
    """

    HOLD = ("hold", "보류")
    CONFIRM = ("confirm", "전체 발주확인")


class EndedGoodsPolicy(KoreanWord):
    """What the nightly extension does about goods whose sale period is already over (판매종료 상품)."""

    SKIP = ("skip", "연장하지 않음")
    EXTEND = ("extend", "연장함")


class LengthUnit(KoreanWord):
    """Unit of an extension (연장 단위): whole days, or calendar months that keep the day of the month."""

    DAYS = ("days", "일")
    MONTHS = ("months", "개월")


class CsKind(KoreanWord):
    """Kind of customer service (CS 구분); the switch itself takes any further word."""

    QUESTION = ("question", "상품문의(판매자문의)")
    REVIEW = ("review", "구매후기")
    INQUIRY = ("inquiry", "CS문의")
