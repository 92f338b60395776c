"""How long personal data is kept, and why (개인정보 보유기간): pure decisions, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.policy.retention.holds import HoldPurpose
    from wemakeprice_sdk.policy.retention.periods import RetentionPeriod
    from wemakeprice_sdk.policy.retention.policy import RetentionOverride, RetentionPolicy
    from wemakeprice_sdk.policy.retention.terms import (
        DEFAULT_RULES,
        RetentionDates,
        RetentionDue,
        RetentionGrade,
        RetentionRule,
        RetentionStart,
        RetentionTerm,
    )
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "holds": ("HoldPurpose",),
            "periods": ("RetentionPeriod",),
            "policy": (
                "RetentionOverride",
                "RetentionPolicy",
            ),
            "terms": (
                "DEFAULT_RULES",
                "RetentionDates",
                "RetentionDue",
                "RetentionGrade",
                "RetentionRule",
                "RetentionStart",
                "RetentionTerm",
            ),
        },
    )

__all__ = [
    "DEFAULT_RULES",
    "HoldPurpose",
    "RetentionDates",
    "RetentionDue",
    "RetentionGrade",
    "RetentionOverride",
    "RetentionPeriod",
    "RetentionPolicy",
    "RetentionRule",
    "RetentionStart",
    "RetentionTerm",
]
