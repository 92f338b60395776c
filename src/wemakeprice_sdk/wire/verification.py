"""Verifying a write: which reads to make, and what they verify. Pure; the client makes the reads.

Every rule is the contract's `x-verify-rule` (the tests hold the two side by side) and errs on the side of
`UNDECIDED`. A read made at once after a timeout may overtake the write on the site; a caller that wants to
repeat after `NOT_APPLIED` does well to wait a little first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import CallError, NotFoundError
from wemakeprice_sdk.models import (
    BundleNoRequest,
    ChangeInvoiceRequest,
    ClaimDateType,
    ClaimInfoRequest,
    ClaimListRequest,
    ClaimRejectRequest,
    ClaimStatus,
    ClaimType,
    OptionCancelRequest,
    ProductInput,
    ShipRequest,
    WriteModel,
)
from wemakeprice_sdk.models._base import JsonValue
from wemakeprice_sdk.wire import _verify_claims as claims
from wemakeprice_sdk.wire import _verify_orders as orders
from wemakeprice_sdk.wire import _verify_products as products
from wemakeprice_sdk.wire.envelope import Success
from wemakeprice_sdk.wire.operations import OPERATIONS, Operation, Retry
from wemakeprice_sdk.wire.verdicts import (
    NOTHING_KNOWN,
    Known,
    Verdict,
    Verification,
    VerificationData,
    VerifyRead,
    undecided,
)

__all__ = [
    "NOTHING_KNOWN",
    "Known",
    "Verdict",
    "Verification",
    "VerificationData",
    "VerificationPlan",
    "VerifyRead",
    "plan_followup",
    "plan_verification",
    "verification_steps",
    "verify",
]


@frozen
class VerificationPlan:
    """The reads of a verification, and those to make instead when one of them fails.

    No reads at all means that nothing can decide: the outcome stays unknown.
    """

    reads: tuple[VerifyRead, ...] = ()
    fallback: tuple[VerifyRead, ...] = ()


_Rule: TypeAlias = Callable[[Any, VerificationData, Known], Verification]

_RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {
        "shipping_save_policy": products.verify_template,
        "products_save": products.verify_save,
        "products_update_basic": products.verify_update,
        "products_update_sale": products.verify_update,
        "products_update_options": products.verify_update,
        "products_set_status": products.verify_status,
        "orders_confirm": orders.verify_confirm,
        "orders_ship": orders.verify_ship,
        "orders_change_invoice": orders.verify_invoice,
        "orders_complete_direct": orders.verify_complete,
        "orders_cancel_option": orders.verify_cancel,
        "claims_approve": claims.verify_approve,
        "claims_reject": claims.verify_reject,
        "claims_hold": claims.verify_hold,
        "claims_register_pickup": claims.verify_pickup,
        "claims_complete_pickup": claims.verify_pickup_complete,
        "claims_ship_exchange": claims.verify_exchange_ship,
        "claims_complete_exchange": claims.verify_exchange_complete,
    }
)

_LISTED_UNDER: Final[Mapping[str, tuple[ClaimStatus, ...]]] = MappingProxyType(
    {
        "claims_approve": (ClaimStatus.APPROVE, ClaimStatus.REQUEST, ClaimStatus.PENDING, ClaimStatus.REJECT),
        "claims_reject": (ClaimStatus.REJECT, ClaimStatus.REQUEST, ClaimStatus.PENDING, ClaimStatus.APPROVE),
        "claims_hold": (ClaimStatus.PENDING, ClaimStatus.REQUEST, ClaimStatus.APPROVE),
        "claims_register_pickup": (ClaimStatus.REQUEST, ClaimStatus.PENDING, ClaimStatus.APPROVE),
        "claims_complete_pickup": (ClaimStatus.REQUEST, ClaimStatus.PENDING, ClaimStatus.APPROVE),
        "claims_ship_exchange": (ClaimStatus.APPROVE, ClaimStatus.REQUEST, ClaimStatus.PENDING),
        "claims_complete_exchange": (ClaimStatus.APPROVE, ClaimStatus.REQUEST),
    }
)
_AROUND = timedelta(minutes=1)


def plan_verification(
    operation: Operation, sent: WriteModel, known: Known = NOTHING_KNOWN
) -> VerificationPlan:
    """Say which reads can verify a write; an empty plan when none can.

    A product create without a seller code, an option cancel without its bundle number and every operation
    marked `never` have an empty plan.
    """
    if operation.retry is not Retry.VERIFY or operation.verify_with is None:
        return VerificationPlan()
    read = OPERATIONS[operation.verify_with]
    if operation.verify_with == "claims_get":
        number = _claim_no(sent)
        detail = VerifyRead(read, ClaimInfoRequest(claim_bundle_no=number))
        return VerificationPlan((detail,), _claim_lists(operation, sent, known))
    if operation.verify_with == "orders_get":
        bundle_no = _bundle_no(sent, known)
        return VerificationPlan() if bundle_no is None else VerificationPlan((_bundle_read(bundle_no),))
    if operation.verify_with == "products_get":
        return _product_plan(operation, sent)
    return VerificationPlan((VerifyRead(read),))


def _product_plan(operation: Operation, sent: WriteModel) -> VerificationPlan:
    number = getattr(sent, "product_no", None)
    if number:
        return VerificationPlan((VerifyRead(OPERATIONS["products_get"], {"product_no": number}),))
    code = sent.etc.seller_prod_code if isinstance(sent, ProductInput) else None
    if operation.verify_create is None or not code or not code.strip():
        return VerificationPlan()
    return VerificationPlan((VerifyRead(OPERATIONS[operation.verify_create], {"code": code}),))


def _bundle_no(sent: WriteModel, known: Known) -> int | None:
    if isinstance(sent, BundleNoRequest | ShipRequest | ChangeInvoiceRequest):
        return sent.bundle_no
    return known.bundle_no if isinstance(sent, OptionCancelRequest) else None


def _bundle_read(bundle_no: int) -> VerifyRead:
    return VerifyRead(OPERATIONS["orders_get"], BundleNoRequest(bundle_no=bundle_no))


def _claim_no(sent: WriteModel) -> int:
    number: int = getattr(sent, "claim_bundle_no", 0)
    return number


def _claim_lists(operation: Operation, sent: WriteModel, known: Known) -> tuple[VerifyRead, ...]:
    kind = getattr(sent, "claim_type", None)
    asked = known.claim_requested_at
    if operation.verify_fallback is None or asked is None or kind is None:
        return ()
    read = OPERATIONS[operation.verify_fallback]
    return tuple(
        VerifyRead(
            read,
            ClaimListRequest(
                from_date=asked - _AROUND,
                to_date=asked + _AROUND,
                claim_type=ClaimType(kind),
                claim_status=status,
                search_date_type=ClaimDateType.REQUEST,
            ),
        )
        for status in _LISTED_UNDER[operation.id]
    )


def plan_followup(
    sent: WriteModel, read_back: VerificationData, known: Known = NOTHING_KNOWN
) -> tuple[VerifyRead, ...]:
    """Return the reads that only the first ones make possible: the bundle of a rejected cancel claim."""
    if not isinstance(sent, ClaimRejectRequest) or read_back.bundles is not None:
        return ()
    claim = claims.the_claim(read_back, sent.claim_bundle_no)
    number = (claim.bundle_no if claim else None) or known.bundle_no
    if claim is None or number is None or claim.claim_status != ClaimStatus.REJECT:
        return ()
    return (_bundle_read(number),)


def verify(
    operation: Operation, sent: WriteModel, read_back: VerificationData, known: Known = NOTHING_KNOWN
) -> Verification:
    """Return the verdict on a write by what the reads gave, as the contract's `x-verify-rule` says."""
    rule = _RULES.get(operation.id)
    if rule is None:
        return undecided(
            "nothing can be read back for this operation",
            "조회로는 결과를 확인할 수 없습니다. 파트너센터에서 결과를 확인해 주세요",
        )
    return rule(sent, read_back, known)


ReadBack: TypeAlias = Success | CallError
"""What the client gives back for one `VerifyRead`: the success of the read, or its error."""


def verification_steps(
    operation: Operation, sent: WriteModel, known: Known = NOTHING_KNOWN
) -> Generator[VerifyRead, ReadBack, Verification]:
    """Drive a whole verification without I/O: yields the reads to make, returns the verification.

    The caller sends the `Success` or the `CallError` of every read back in. A read that fails is replaced
    by the fallback, or leaves the write undecided.
    """
    plan = plan_verification(operation, sent, known)
    if not plan.reads:
        return undecided(
            "no read can decide this write",
            "조회로는 결과를 확인할 수 없습니다. 파트너센터에서 결과를 확인해 주세요",
        )
    read_back = yield from _gather(plan.reads, VerificationData(), sent)
    if read_back is None and plan.fallback:
        read_back = yield from _gather(plan.fallback, VerificationData(), sent)
    if read_back is not None:
        more = plan_followup(sent, read_back, known)
        read_back = yield from _gather(more, read_back, sent)
    if read_back is None:
        return undecided(
            "the verifying read failed",
            "결과를 확인하는 조회에 실패했습니다. 파트너센터에서 결과를 확인해 주세요",
        )
    return verify(operation, sent, read_back, known)


def _gather(
    reads: tuple[VerifyRead, ...], read_back: VerificationData, sent: WriteModel
) -> Generator[VerifyRead, ReadBack, VerificationData | None]:
    for read in reads:
        answer = yield read
        data: JsonValue = None
        if isinstance(answer, Success):
            data = answer.data
        elif not isinstance(answer, NotFoundError):
            return None
        read_back = read_back.add(read, data)
        if claims.the_claim(read_back, _claim_no(sent)) is not None:
            break
    return read_back
