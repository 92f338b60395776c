"""Everything `with_options` can change, in one frozen object."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final, TypedDict

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.client.hooks import Hooks, Observer, Tap
from wemakeprice_sdk.client.options import CallBounds, ConnectionLimits, Timeouts, VerificationPolicy
from wemakeprice_sdk.client.retry import RetryPolicy
from wemakeprice_sdk.client.throttle import ThrottlePolicy
from wemakeprice_sdk.clock import Clock
from wemakeprice_sdk.models import InputLimits
from wemakeprice_sdk.wire.operations import Operation
from wemakeprice_sdk.wire.overrides import NO_OVERRIDES, WireOverrides
from wemakeprice_sdk.wire.requests import Payload

Gate = Callable[[Operation, Payload], None]
"""Asked before every operation of the caller, not before verifying reads; raises to forbid it."""


_KINDS: Final[Mapping[str, type[object]]] = {
    "timeout": Timeouts,
    "bounds": CallBounds,
    "connection_limits": ConnectionLimits,
    "retry": RetryPolicy,
    "throttle": ThrottlePolicy,
    "verification": VerificationPolicy,
    "overrides": WireOverrides,
    "input_limits": InputLimits,
    "hooks": Hooks,
    "clock": Clock,
}


def check_kinds(options: Mapping[str, object]) -> None:
    """Raise `TypeError` for an option of another class than it takes."""
    for name, kind in _KINDS.items():
        check_kind(name, options.get(name), kind, optional=True)


@frozen(kw_only=True)
class CallOptions:
    """How one client, or one clone of it, carries out operations."""

    observer: Observer
    timeout: Timeouts = field(factory=Timeouts)
    bounds: CallBounds = field(factory=CallBounds)
    retry: RetryPolicy = field(factory=RetryPolicy)
    verification: VerificationPolicy = field(factory=VerificationPolicy)
    overrides: WireOverrides = NO_OVERRIDES
    input_limits: InputLimits = field(factory=InputLimits)
    gate: Gate | None = None


class OptionChanges(TypedDict, total=False):
    """What `with_options` takes."""

    timeout: Timeouts
    bounds: CallBounds
    retry: RetryPolicy
    verification: VerificationPolicy
    repeat_if_not_applied: bool
    overrides: WireOverrides
    input_limits: InputLimits
    gate: Gate | None
    hooks: Hooks
    tap: Tap | None
    logger: logging.Logger


def changed(options: CallOptions, changes: OptionChanges) -> CallOptions:
    """Return the options with some of them changed; raises `TypeError` for a name that is none."""
    unknown = sorted(changes.keys() - OptionChanges.__annotations__.keys())
    if unknown:
        raise TypeError(f"with_options() takes no {', '.join(unknown)}")
    check_kinds(changes)
    verification = changes.get("verification", options.verification)
    if "repeat_if_not_applied" in changes:
        verification = evolve(verification, repeat_if_not_applied=changes["repeat_if_not_applied"])
    observer = options.observer
    return CallOptions(
        observer=Observer(
            changes.get("hooks", observer.hooks),
            changes.get("tap", observer.tap),
            changes.get("logger", observer.logger),
        ),
        timeout=changes.get("timeout", options.timeout),
        bounds=changes.get("bounds", options.bounds),
        retry=changes.get("retry", options.retry),
        verification=verification,
        overrides=changes.get("overrides", options.overrides),
        input_limits=changes.get("input_limits", options.input_limits),
        gate=changes.get("gate", options.gate),
    )
