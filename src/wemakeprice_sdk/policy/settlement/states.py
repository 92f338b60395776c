"""Where money stands, and what that rests on."""

from __future__ import annotations

from enum import StrEnum


class SettlementStatus(StrEnum):
    """Where the money of a row or of a pay-out stands."""

    PAID = "paid"
    LATE = "late"
    """Paid in full, in part or wholly after the due day."""
    SHORT_PAID = "short-paid"
    """Part of it arrived; the rest is owed."""
    EXPECTED = "expected"
    MISSING = "missing"
    NO_DELIVERY_DATE = "no-delivery-date"
    """An order of which nobody knows when it was delivered, so that nobody knows when its money is due."""
    NO_DUE_DAY = "no-due-day"
    """Neither a settlement row nor a known cycle says when it is due (정산주기 미상): not owed, and named."""
    COMMISSION_DIFFERS = "commission-differs"
    """The fee that was charged is not the fee by rule."""
    UNEXPLAINED = "unexplained"


class PaymentBasis(StrEnum):
    """What is known of the money of a row rests on it."""

    BANK = "bank"
    """Money that arrived was allocated to it, or the bank records show none."""
    SCHEDULE = "schedule"
    """Announced by the marketplace (정산예정일)."""
    CYCLE = "cycle"
    """Computed from the settlement cycle."""
    NONE = "none"
