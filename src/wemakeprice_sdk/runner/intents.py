"""Intents as they stand in the ledger: what will be sent, and what a lost answer can be verified with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from attrs import evolve, field

from wemakeprice_sdk import models
from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import LedgerCorruptError, ProtocolError
from wemakeprice_sdk.ledger.records import Intent, IntentDraft
from wemakeprice_sdk.models import JsonValue, Product, WriteModel
from wemakeprice_sdk.models.known import Known
from wemakeprice_sdk.policy.actions import Action
from wemakeprice_sdk.secrets import forgetful
from wemakeprice_sdk.wire.bodies import read_body
from wemakeprice_sdk.wire.converter import read, write
from wemakeprice_sdk.wire.operations import OPERATIONS
from wemakeprice_sdk.wire.requests import request_model

if TYPE_CHECKING:
    from cattrs import Converter

_Reader = Callable[[str, Mapping[str, JsonValue]], tuple[WriteModel, Known]]
FORMAT: Final = 2
"""Number of the stored form that is written. Form 1 had no number; it is only read."""


@frozen
class IntentCall:
    """The call an intent is about: enough to verify it."""

    request: WriteModel = field(repr=False)
    known: Known
    key: str


@forgetful
def draft_of(action: Action, request: WriteModel, known: Known) -> IntentDraft:
    """Return the intent to write before the call; the ledger encrypts its payload."""
    before = known.product_before
    nos, at = known.template_nos_before, known.claim_requested_at
    payload: dict[str, JsonValue] = {
        "format": FORMAT,
        "key": action.key,
        "body": write(request),
        "bundle_no": known.bundle_no,
        "claim_requested_at": None if at is None else at.isoformat(),
        "template_nos_before": None if nos is None else sorted(nos),
        "product_before": None if before is None else dict(before.raw),
    }
    return IntentDraft(
        operation=action.operation,
        target=action.lock_target,
        payload=payload,
        once_key=action.once_key,
        reason=action.reason.code,
        rule=action.reason.rule,
    )


def call_of(intent: Intent) -> IntentCall:
    """Return the call of an intent, written by this or an earlier version.

    Raises `LedgerCorruptError` that names the intent and nothing of what it holds.
    """
    # No variable of this frame holds a part of the payload: a traceback may show the variables.
    reader = _reader_of(intent.payload)
    if reader is None or intent.operation not in OPERATIONS:
        raise LedgerCorruptError(f"intent {intent.id} is of no operation or format that this version knows")
    try:
        request, known = reader(intent.operation, intent.payload)
    except (ProtocolError, TypeError, ValueError, KeyError) as error:
        # Only the kind of the fault: its text may hold what was sent.
        kind = type(error).__name__
    else:
        return IntentCall(request, known, str(intent.payload.get("key", "")))
    raise LedgerCorruptError(f"intent {intent.id} holds no request that can be read ({kind})")


def _reader_of(payload: Mapping[str, JsonValue]) -> _Reader | None:
    form = payload.get("format", 1)
    return _READERS.get(form) if type(form) is int else None


def _read_body(operation: str, payload: Mapping[str, JsonValue]) -> tuple[WriteModel, Known]:
    request = read_body(request_model(OPERATIONS[operation]), payload["body"])
    bundle_no, at, nos = (payload[key] for key in ("bundle_no", "claim_requested_at", "template_nos_before"))
    if not isinstance(nos, list | tuple | None):
        raise TypeError("a list was expected")
    known = Known(
        bundle_no=None if bundle_no is None else int(str(bundle_no)),
        claim_requested_at=None if at is None else datetime.fromisoformat(str(at)),
        template_nos_before=None if nos is None else frozenset(int(str(number)) for number in nos),
    )
    return request, _with_product(known, payload)


def _read_class(_: str, payload: Mapping[str, JsonValue]) -> tuple[WriteModel, Known]:
    """Read form 1: the names of a class and its attributes, as they were when it was written."""
    name = str(payload.get("class"))
    cls = getattr(models, _FORMER.get(name, name), None)
    if not isinstance(cls, type) or not issubclass(cls, WriteModel):
        raise TypeError("no request class")
    from cattrs import BaseValidationError

    codec = _codec()
    try:
        request = codec.structure(_renamed(payload.get("request")), cls)
        known = codec.structure(_renamed(payload.get("known")), Known)
    except BaseValidationError:
        raise TypeError("no request of that class") from None
    return request, _with_product(known, payload)


def _with_product(known: Known, payload: Mapping[str, JsonValue]) -> Known:
    before = payload.get("product_before")
    return known if before is None else evolve(known, product_before=read(Product, before))


_READERS: Final[Mapping[int, _Reader]] = {1: _read_class, FORMAT: _read_body}

# Classes and fields that form 1 knows by another name than they have now.
_FORMER: Final = {
    "ShipPolicyInput": "ShippingTemplateInput",
    "ship_policy_no": "shipping_template_no",
    "ship_policy_name": "shipping_template_name",
    "policy_nos_before": "template_nos_before",
}


def _renamed(value: JsonValue) -> JsonValue:
    if isinstance(value, Mapping):
        return {_FORMER.get(key, key): _renamed(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_renamed(part) for part in value]
    return value


@cache
def _codec() -> Converter:
    from cattrs.preconf.json import make_converter

    codec = make_converter()
    codec.register_structure_hook(Product | None, lambda _value, _kind: None)
    codec.register_structure_hook(
        frozenset[int] | None, lambda value, _kind: None if value is None else frozenset(value)
    )
    return codec
