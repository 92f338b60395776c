"""How long personal data is kept, and why (개인정보 보유기간): pure decisions, no clock."""

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
