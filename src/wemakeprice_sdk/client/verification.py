"""The pure part of verifying writes: what to read beforehand, and what a verdict means for the caller."""

from __future__ import annotations

from attrs import evolve

from wemakeprice_sdk import models
from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client.http import TransportError
from wemakeprice_sdk.errors import (
    CallDeadlineError,
    CallError,
    ConflictError,
    NetworkError,
    NetworkTimeoutError,
    NotAppliedError,
    OutcomeUnknownError,
)
from wemakeprice_sdk.models import WriteModel
from wemakeprice_sdk.wire.envelope import Success, safe_text
from wemakeprice_sdk.wire.operations import OPERATIONS, Operation
from wemakeprice_sdk.wire.outcomes import AlreadyDone, Applied, Outcome
from wemakeprice_sdk.wire.verdicts import Known, Verdict, Verification, VerificationData, VerifyRead

DECISIVE = (Verdict.APPLIED, Verdict.CONFLICT)
"""Verdicts that a later read cannot change; the others may be a write that is still under way."""


@frozen
class Lost:
    """Why nobody knows yet what became of a write."""

    reason: str
    http_status: int | None = None
    result_code: int | None = None
    text: str = ""

    @classmethod
    def by(cls, error: TransportError | CallError) -> Lost:
        """Describe a broken exchange, or an answer that tells nothing."""
        if isinstance(error, TransportError):
            return cls(error.text)
        reason = f"{type(error).__name__}: {error.message}"
        return cls(reason, error.http_status, error.result_code, error.text)


def network_error(operation: Operation, failure: TransportError) -> NetworkError:
    """Return the error of an exchange that cannot have changed anything."""
    cls = NetworkTimeoutError if failure.timed_out else NetworkError
    if failure.past_deadline:
        cls = CallDeadlineError
    where = "no answer" if failure.sent else "the marketplace was not reached"
    return cls(
        f"{where}: {failure.text}", operation=operation.id, method=operation.method, path=operation.path
    )


def baseline_read(operation: Operation, sent: WriteModel, known: Known) -> VerifyRead | None:
    """Return the read to make before a write, None when it needs none or the caller knows already."""
    if isinstance(sent, models.ProductInput) and not sent.product_no and known.product_nos_before is None:
        code = (sent.etc.seller_prod_code or "").strip()
        if code and operation.verify_create is not None:
            return VerifyRead(OPERATIONS[operation.verify_create], {"code": sent.etc.seller_prod_code})
    if (
        isinstance(sent, models.ShippingTemplateInput)
        and not sent.shipping_template_no
        and known.template_nos_before is None
    ):
        return VerifyRead(OPERATIONS["shipping_list_policies"])
    if isinstance(sent, models.OptionCancelRequest) and known.option_nos_before is None and known.bundle_no:
        return VerifyRead(OPERATIONS["orders_get"], models.BundleNoRequest(bundle_no=known.bundle_no))
    return None


def known_after(read: VerifyRead, answer: Success, known: Known) -> Known:
    """Add what the read beforehand told."""
    read_back = VerificationData().add(read, answer.data)
    hidden = {number for row in read_back.unread for number in row.numbers.values()}
    if any(not row.numbers for row in read_back.unread):
        # What was there before is known only in part, which would pass an old thing off as a new one.
        return known
    if read_back.product_nos is not None:
        return evolve(known, product_nos_before=read_back.product_nos | hidden)
    if read_back.policies is not None:
        numbers = frozenset(row.shipping_template_no for row in read_back.policies)
        return evolve(known, template_nos_before=numbers | hidden)
    if read_back.unread:
        return known
    lines = (
        option.order_option_no
        for bundle in read_back.bundles or ()
        for product in bundle.order_product or ()
        for option in product.order_option or ()
    )
    return evolve(known, option_nos_before=frozenset(lines))


def applied(operation: Operation, sent: WriteModel, verification: Verification) -> Applied:
    """Return the outcome of a write that a read verified."""
    number = getattr(sent, "product_no", None) or getattr(sent, "shipping_template_no", None)
    return Applied(operation.id, verification.key or number, verified=True)


def already_done(operation: Operation, outcome: AlreadyDone, verification: Verification) -> Outcome:
    """Check a claim of "done before": an outcome only when a read shows what was asked for."""
    if verification.verdict is Verdict.APPLIED:
        return evolve(outcome, verified=True, needs_verifying=False)
    if verification.verdict is Verdict.UNDECIDED:
        raise OutcomeUnknownError(
            "said to be done before, which no read can verify: "
            f"{verification.reason} ({verification.reason_ko})",
            operation=operation.id,
            method=operation.method,
            path=operation.path,
            text=outcome.message,
        )
    raise ConflictError(
        f"said to be done before, but not as asked: {verification.reason} ({verification.reason_ko})",
        operation=operation.id,
        method=operation.method,
        path=operation.path,
        text=outcome.message,
    )


def unverified(operation: Operation, lost: Lost, verification: Verification) -> CallError:
    """Return the error of a write whose answer was lost and that was not verified applied."""
    classes: dict[Verdict, type[CallError]] = {
        Verdict.CONFLICT: ConflictError,
        Verdict.NOT_APPLIED: NotAppliedError,
    }
    cls = classes.get(verification.verdict, OutcomeUnknownError)
    return cls(
        f"the answer was lost ({safe_text(lost.reason)}); {verification.reason} ({verification.reason_ko})",
        operation=operation.id,
        method=operation.method,
        path=operation.path,
        http_status=lost.http_status,
        result_code=lost.result_code,
        text=lost.text,
    )
