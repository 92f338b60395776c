"""Approval of a link (연동 승인): saving a configuration asks the marketplace whether it accepts the key.

Saving triggers approval; a configuration that was not approved is simply saved again. The question itself,
the cheapest read there is, comes from outside as a *probe*, so nothing here touches the network.

| what the probe does                                      | outcome           | state                     |
|----------------------------------------------------------|-------------------|---------------------------|
| not asked: onboarding is not complete (입점완료)         | `NOT_ONBOARDED`   | `SAVED_UNAPPROVED`        |
| not asked: another agency is chosen at the marketplace   | `AGENCY_MISMATCH` | `AGENCY_MISMATCH`         |
| returns                                                  | `APPROVED`        | `APPROVED`                |
| `PermissionDeniedError`                                  | `NOT_APPROVED`    | `SAVED_UNAPPROVED`        |
| `AuthenticationError`                                    | `KEY_REJECTED`    | `KEY_REJECTED`            |
| `NetworkError`, `ServerError`                            | `UNREACHABLE`     | unapproved, see below     |
| any other `CallError`                                    | `UNCLEAR`         | unapproved, see below     |

When nothing was learned, a link that was approved with the same key, agency and host stays approved, and any
other is `SAVED_UNAPPROVED`. That 403 means the agency link is grade C.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeAlias

from wemakeprice_sdk.clock import Clock, SystemClock
from wemakeprice_sdk.config._link_record import LinkAttempt, LinkOutcome
from wemakeprice_sdk.config.channel import ChannelConfig
from wemakeprice_sdk.config.states import LinkState
from wemakeprice_sdk.errors import (
    AuthenticationError,
    CallError,
    ConfigError,
    NetworkError,
    PermissionDeniedError,
    ServerError,
)

Probe: TypeAlias = Callable[[ChannelConfig], object]
"""Does the cheapest read for a configuration; returns when the marketplace answered, raises otherwise."""

AsyncProbe: TypeAlias = Callable[[ChannelConfig], Awaitable[object]]
"""The same for asynchronous programs."""

_SYSTEM_CLOCK: Final = SystemClock()
_STATES: Final = {
    LinkOutcome.APPROVED: LinkState.APPROVED,
    LinkOutcome.NOT_ONBOARDED: LinkState.SAVED_UNAPPROVED,
    LinkOutcome.NOT_APPROVED: LinkState.SAVED_UNAPPROVED,
    LinkOutcome.AGENCY_MISMATCH: LinkState.AGENCY_MISMATCH,
    LinkOutcome.KEY_REJECTED: LinkState.KEY_REJECTED,
}


def save(config: ChannelConfig, probe: Probe, *, clock: Clock = _SYSTEM_CLOCK) -> ChannelConfig:
    """Ask for approval and give the configuration with the attempt noted in its `link`.

    Calling it again is harmless: it asks again and counts one more attempt. Raises `ConfigError` when there
    is no key to ask with. What the probe raises besides `CallError` passes through, nothing noted.
    """
    failure: CallError | None = None
    verdict = _without_asking(config)
    if verdict is None:
        try:
            probe(config)
        except CallError as error:
            failure = error
    return _noted(config, verdict, failure, clock.now())


async def save_async(
    config: ChannelConfig, probe: AsyncProbe, *, clock: Clock = _SYSTEM_CLOCK
) -> ChannelConfig:
    """Do what `save` does, with an asynchronous probe."""
    failure: CallError | None = None
    verdict = _without_asking(config)
    if verdict is None:
        try:
            await probe(config)
        except CallError as error:
            failure = error
    return _noted(config, verdict, failure, clock.now())


def resave(config: ChannelConfig, probe: Probe, *, clock: Clock = _SYSTEM_CLOCK) -> ChannelConfig:
    """Save a configuration again, which triggers approval again; raise `ConfigError` for one never saved."""
    _require_saved(config)
    return save(config, probe, clock=clock)


async def resave_async(
    config: ChannelConfig, probe: AsyncProbe, *, clock: Clock = _SYSTEM_CLOCK
) -> ChannelConfig:
    """Do what `resave` does, with an asynchronous probe."""
    _require_saved(config)
    return await save_async(config, probe, clock=clock)


def _require_saved(config: ChannelConfig) -> None:
    if config.link_state is LinkState.DRAFT:
        raise ConfigError.single(
            "link.state",
            config.link_state,
            "saved before",
            "a draft was never saved (or changed since); save it first",
            "아직 저장하지 않은 설정입니다. 먼저 저장해 주세요",
        )


def _without_asking(config: ChannelConfig) -> LinkOutcome | None:
    if config.api_key.available and not config.api_key:
        raise ConfigError.single(
            "api_key",
            "",
            "required",
            "there is no key to link with",
            "연동할 인증키가 없습니다. 인증키를 입력해 주세요",
        )
    if not config.is_onboarded:
        return LinkOutcome.NOT_ONBOARDED
    if config.agency is not None and config.selected_agency:
        return None if config.agency.matches(config.selected_agency) else LinkOutcome.AGENCY_MISMATCH
    return None


def _noted(
    config: ChannelConfig, verdict: LinkOutcome | None, failure: CallError | None, now: datetime
) -> ChannelConfig:
    outcome = verdict or _outcome(failure)
    was_approved = config.link_state is LinkState.APPROVED
    unlearned = LinkState.APPROVED if was_approved else LinkState.SAVED_UNAPPROVED
    state = _STATES.get(outcome, unlearned)
    attempt = LinkAttempt(now, outcome, _detail(failure))
    return config.replace(link=config.link.noted(attempt, state))


def _outcome(failure: CallError | None) -> LinkOutcome:
    if failure is None:
        return LinkOutcome.APPROVED
    if isinstance(failure, PermissionDeniedError):
        return LinkOutcome.NOT_APPROVED
    if isinstance(failure, AuthenticationError):
        return LinkOutcome.KEY_REJECTED
    if isinstance(failure, (NetworkError, ServerError)):
        return LinkOutcome.UNREACHABLE
    return LinkOutcome.UNCLEAR


def _detail(failure: CallError | None) -> str:
    # The text of an answer may repeat what was sent, so only the kind and the numbers are kept.
    if failure is None:
        return ""
    parts = [type(failure).__name__]
    if failure.http_status is not None:
        parts.append(f"http={failure.http_status}")
    if failure.result_code is not None:
        parts.append(f"resultCode={failure.result_code}")
    return " ".join(parts)
