"""What is remembered about the approval of a link."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.config._checks import as_tuple
from wemakeprice_sdk.config.states import KoreanWord, LinkState

HISTORY_LIMIT: Final = 20


class LinkOutcome(KoreanWord):
    """Result of one attempt at approval (승인 시도 결과)."""

    APPROVED = ("approved", "승인완료")
    NOT_ONBOARDED = ("not-onboarded", "입점 미완료")
    NOT_APPROVED = ("not-approved", "미승인")
    AGENCY_MISMATCH = ("agency-mismatch", "대행사 불일치")
    KEY_REJECTED = ("key-rejected", "인증키 거절")
    UNREACHABLE = ("unreachable", "연결 실패")
    UNCLEAR = ("unclear", "판단 불가")


@frozen
class LinkAttempt:
    """One attempt: when (aware, kept in KST), its outcome, and a `detail` without any secret."""

    at: datetime
    outcome: LinkOutcome
    detail: str = ""

    def __attrs_post_init__(self) -> None:
        """Check the parts."""
        problems = Problems()
        take_timestamp(problems, self, "at")
        problems.instance("outcome", self.outcome, LinkOutcome, "LinkOutcome")
        problems.text("detail", self.detail)
        problems.raise_all("LinkAttempt")


def take_timestamp(problems: Problems, owner: object, path: str) -> None:
    """Bring an aware timestamp of a frozen value to KST, or note what is wrong with it."""
    value = getattr(owner, path)
    if not problems.instance(path, value, datetime, "datetime"):
        return
    if value.utcoffset() is None:
        problems.add(path, value, "aware datetime", "needs a zone", "시간대가 필요합니다")
        return
    object.__setattr__(owner, path, require_aware(value, path))


def _attempts(value: object) -> tuple[LinkAttempt, ...]:
    return cast("tuple[LinkAttempt, ...]", as_tuple(value))


@frozen
class LinkRecord:
    """Where the link stands (연동 승인), how often it was tried, and the last 20 attempts, oldest first."""

    state: LinkState = LinkState.DRAFT
    attempts: int = 0
    approved_at: datetime | None = None
    history: tuple[LinkAttempt, ...] = field(default=(), converter=_attempts)

    def __attrs_post_init__(self) -> None:
        """Check the parts."""
        problems = Problems()
        problems.instance("state", self.state, LinkState, "LinkState")
        problems.number("attempts", self.attempts, 0, 2**53)
        problems.each("history", self.history, LinkAttempt, "LinkAttempt")
        if self.approved_at is not None:
            take_timestamp(problems, self, "approved_at")
        if not problems.found:
            self._check_history(problems)
        problems.raise_all("LinkRecord")

    def _check_history(self, problems: Problems) -> None:
        if len(self.history) > min(self.attempts, HISTORY_LIMIT):
            problems.add(
                "history",
                len(self.history),
                f"at most attempts={self.attempts} and {HISTORY_LIMIT}",
                f"holds more entries than attempts={self.attempts}, or more than {HISTORY_LIMIT}",
                f"기록 수가 시도 횟수({self.attempts}회) 또는 {HISTORY_LIMIT}건보다 많습니다. "
                "기록을 줄여 주세요",
            )

    @property
    def last(self) -> LinkAttempt | None:
        """Return the latest attempt."""
        return self.history[-1] if self.history else None

    def noted(self, attempt: LinkAttempt, state: LinkState) -> LinkRecord:
        """Return the record after one more attempt."""
        return LinkRecord(
            state=state,
            attempts=self.attempts + 1,
            approved_at=attempt.at if attempt.outcome is LinkOutcome.APPROVED else self.approved_at,
            history=(*self.history, attempt)[-HISTORY_LIMIT:],
        )

    def reset(self) -> LinkRecord:
        """Return the record after key, agency or account changed: a draft again, the history kept."""
        return evolve(self, state=LinkState.DRAFT, approved_at=None)
