"""What a verifying read can verify: verdicts, what was read, and what was known before the write."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import evolve

from wemakeprice_sdk import models
from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models import UnreadRow, WriteModel
from wemakeprice_sdk.models._base import JsonValue
from wemakeprice_sdk.models.known import NOTHING_KNOWN, Known
from wemakeprice_sdk.wire.converter import read, read_rows
from wemakeprice_sdk.wire.operations import Operation

__all__ = [
    "NOTHING_KNOWN",
    "Known",
    "Verdict",
    "Verification",
    "VerificationData",
    "VerifyRead",
    "applied",
    "conflict",
    "half_done",
    "not_applied",
    "undecided",
]


class Verdict(Enum):
    """What a read says about a write whose answer was lost, or whose 이미 has to be checked.

    `HALF_DONE` is a write of several effects of which only a part shows: a cancel reads as rejected while its
    bundle did not go out as sent. It is neither done nor undone, so an operator decides.
    """

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    CONFLICT = "conflict"
    HALF_DONE = "half_done"
    UNDECIDED = "undecided"


@frozen
class Verification:
    """A verdict with its reason in English and Korean.

    `key` is the product or policy number that a create was found to have made.
    """

    verdict: Verdict
    reason: str
    reason_ko: str
    key: int | None = None


def applied(reason: str, reason_ko: str, key: int | None = None) -> Verification:
    """The read shows what was sent."""
    return Verification(Verdict.APPLIED, reason, reason_ko, key)


def not_applied(reason: str, reason_ko: str) -> Verification:
    """The read shows the state from before."""
    return Verification(Verdict.NOT_APPLIED, reason, reason_ko)


def conflict(reason: str, reason_ko: str) -> Verification:
    """The read shows a state that contradicts what was sent."""
    return Verification(Verdict.CONFLICT, reason, reason_ko)


def half_done(reason: str, reason_ko: str) -> Verification:
    """The read shows a part of what was sent, and not the rest."""
    return Verification(Verdict.HALF_DONE, reason, reason_ko)


def undecided(reason: str, reason_ko: str) -> Verification:
    """The read does not tell."""
    return Verification(Verdict.UNDECIDED, reason, reason_ko)


@frozen
class VerifyRead:
    """One read of a verification: the operation and what `build_request` takes for it."""

    operation: Operation
    payload: WriteModel | Mapping[str, object] | None = None


@frozen
class VerificationData:
    """What the verifying reads gave; None where nothing was read.

    `unread` are rows of those answers that could not be read. They decide nothing, but what is not shown may
    be one of them.
    """

    bundles: tuple[models.Bundle, ...] | None = None
    claims: tuple[models.Claim, ...] | None = None
    product: models.Product | None = None
    product_nos: frozenset[int] | None = None
    policies: tuple[models.ShippingTemplate, ...] | None = None
    unread: tuple[UnreadRow, ...] = ()

    def may_hide(self, name: str, number: int | None) -> bool:
        """Return whether a row that could not be read may be the one with this number."""
        return any(row.numbers.get(name, number) == number for row in self.unread)

    def add(self, done: VerifyRead, data: JsonValue) -> VerificationData:
        """Add the `data` of one verifying read; None for a product that does not exist.

        Raises `ProtocolError` when it cannot be read.
        """
        operation = done.operation
        if operation.model == "Bundle":
            bundles = read_rows(models.Bundle, operation, data)
            return evolve(self, bundles=(self.bundles or ()) + bundles, unread=self.unread + bundles.unread)
        if operation.model == "Claim":
            claims = read_rows(models.Claim, operation, data)
            return evolve(self, claims=(self.claims or ()) + claims, unread=self.unread + claims.unread)
        if operation.model == "ProductNoRow":
            rows = read_rows(models.ProductNoRow, operation, data)
            numbers = frozenset(row.product_no for row in rows)
            return evolve(self, product_nos=numbers, unread=self.unread + rows.unread)
        if operation.model == "ShippingTemplate":
            policies = read_rows(models.ShippingTemplate, operation, data)
            return evolve(self, policies=policies, unread=self.unread + policies.unread)
        if data is None:
            return self
        return evolve(self, product=read(models.Product, data, path="$.data", operation=operation))
