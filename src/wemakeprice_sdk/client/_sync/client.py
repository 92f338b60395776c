# Generated from client/_async by scripts/unasync.py; edit that one.
"""The synchronous client of one account."""

from __future__ import annotations

import logging
import os
import random as chance
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self, Unpack

from wemakeprice_sdk.client._sync.caller import Caller
from wemakeprice_sdk.client._sync.settings import ClientSettings
from wemakeprice_sdk.client._sync.shared import Shared
from wemakeprice_sdk.client._sync.throttle import Throttle
from wemakeprice_sdk.client._sync.transport import Transport
from wemakeprice_sdk.client.calloptions import CallOptions, Gate, OptionChanges, changed, check_kinds
from wemakeprice_sdk.client.gating import check_account, gate_of
from wemakeprice_sdk.client.hooks import LOGGER_NAME, Hooks, Observer, Tap
from wemakeprice_sdk.client.http import HttpClient
from wemakeprice_sdk.client.options import (
    BaseUrl,
    CallBounds,
    ConnectionLimits,
    Timeouts,
    VerificationPolicy,
    base_url_of,
    checked_key,
    key_and_address,
    refuse_mixing,
    secret_key,
)
from wemakeprice_sdk.client.retry import RetryBudget, RetryPolicy
from wemakeprice_sdk.client.throttle import ThrottlePolicy
from wemakeprice_sdk.clock import Clock, SystemClock
from wemakeprice_sdk.models import InputLimits, JsonValue, WriteModel
from wemakeprice_sdk.secrets import SecretStr
from wemakeprice_sdk.wire.operations import operation_of
from wemakeprice_sdk.wire.outcomes import Outcome
from wemakeprice_sdk.wire.overrides import NO_OVERRIDES, WireOverrides
from wemakeprice_sdk.wire.requests import Payload
from wemakeprice_sdk.wire.verdicts import NOTHING_KNOWN, Known

if TYPE_CHECKING:
    from wemakeprice_sdk.client._sync.resources.broadcast import Broadcast
    from wemakeprice_sdk.client._sync.resources.claims import Claims
    from wemakeprice_sdk.client._sync.resources.cs import Cs
    from wemakeprice_sdk.client._sync.resources.deals import Deals
    from wemakeprice_sdk.client._sync.resources.notices import Notices
    from wemakeprice_sdk.client._sync.resources.orders import Orders
    from wemakeprice_sdk.client._sync.resources.products import Products
    from wemakeprice_sdk.client._sync.resources.reference import Reference
    from wemakeprice_sdk.client._sync.resources.settlement import Settlement
    from wemakeprice_sdk.client._sync.resources.shipping_templates import ShippingTemplates
    from wemakeprice_sdk.config import ChannelConfig


class WemakepriceClient:
    """The partner API for one account (판매채널), synchronous.

    `api_key` is the account's key (인증키), `base_url` where to call: `PRODUCTION_URL`, `STAGING_URL` or a
    sandbox. There is no default, `ConfigError` names the choices: nothing is ever called by accident.

    Reads are repeated as `retry` says. Writes are sent once; when the answer is lost the marketplace is
    read until the outcome is verified (`verification`), else `NotAppliedError` or `OutcomeUnknownError` is
    raised. `throttle` holds for everything this client and its clones do, one call at a time by default.

    `bounds` says how long a whole call may take and how much an answer may hold.

    `http_client` is a client of httpx or httpx2, used as it is and never closed; `timeout` and
    `connection_limits` cannot be combined with it (`TypeError`). `overrides` changes paths and refusal
    texts, `input_limits` the option depth, `gate` is asked before every operation, `hooks` and `tap`
    observe. `clock`, `monotonic`, `sleep`, `random` and `logger` can be replaced for tests.

    Close it when done: `with WemakepriceClient(...) as client`. Threads may share a synchronous
    client; an synchronous one belongs to one event loop.
    """

    def __init__(
        self,
        api_key: SecretStr | str,
        *,
        base_url: str | None = None,
        http_client: HttpClient | None = None,
        timeout: Timeouts | None = None,
        bounds: CallBounds | None = None,
        connection_limits: ConnectionLimits | None = None,
        retry: RetryPolicy | None = None,
        throttle: ThrottlePolicy | None = None,
        verification: VerificationPolicy | None = None,
        overrides: WireOverrides = NO_OVERRIDES,
        input_limits: InputLimits | None = None,
        gate: Gate | None = None,
        hooks: Hooks | None = None,
        tap: Tap | None = None,
        logger: logging.Logger | None = None,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = chance.random,
    ) -> None:
        # From here on no frame holds the text of the key: a traceback with local variables would show it.
        api_key = secret_key(api_key)
        check_kinds(locals())
        refuse_mixing(http_client, timeout=timeout, connection_limits=connection_limits)
        self._base_url = BaseUrl(base_url_of(base_url))
        retry, connections = retry or RetryPolicy(), connection_limits or ConnectionLimits()
        throttle = throttle or ThrottlePolicy()
        # The throttle hands out the own connections too; nothing waits for one a second time.
        most = throttle.max_concurrent if http_client is not None else connections.max_connections
        shared = Shared(
            transport=Transport(self._base_url, checked_key(api_key), connections, http_client),
            throttle=Throttle(throttle, most, monotonic, sleep),
            budget=RetryBudget(retry.budget, retry.budget_refill),
            clock=clock or SystemClock(),
            monotonic=monotonic,
            sleep=sleep,
            random=random,
        )
        observer = Observer(hooks or Hooks(), tap, logger or logging.getLogger(LOGGER_NAME))
        options = CallOptions(
            observer=observer,
            timeout=timeout or Timeouts(),
            bounds=bounds or CallBounds(),
            retry=retry,
            verification=verification or VerificationPolicy(),
            overrides=overrides,
            input_limits=input_limits or InputLimits(),
            gate=gate,
        )
        self._injected = http_client is not None
        self._caller = Caller(shared, options)

    # A resource is loaded, with the models it speaks of, when it is first named.

    @cached_property
    def reference(self) -> Reference:
        """Reference data (기초데이터): categories, brands, makers, notice groups, labels, couriers."""
        from wemakeprice_sdk.client._sync.resources.reference import Reference

        return Reference(self._caller)

    @cached_property
    def shipping_templates(self) -> ShippingTemplates:
        """Shipping templates (배송 템플릿)."""
        from wemakeprice_sdk.client._sync.resources.shipping_templates import ShippingTemplates

        return ShippingTemplates(self._caller)

    @cached_property
    def products(self) -> Products:
        """Products (상품)."""
        from wemakeprice_sdk.client._sync.resources.products import Products

        return Products(self._caller)

    @cached_property
    def deals(self) -> Deals:
        """Deals (딜), read only."""
        from wemakeprice_sdk.client._sync.resources.deals import Deals

        return Deals(self._caller)

    @cached_property
    def orders(self) -> Orders:
        """Orders and delivery (주문/배송)."""
        from wemakeprice_sdk.client._sync.resources.orders import Orders

        return Orders(self._caller)

    @cached_property
    def claims(self) -> Claims:
        """Cancels, returns and exchanges (클레임)."""
        from wemakeprice_sdk.client._sync.resources.claims import Claims

        return Claims(self._caller)

    @cached_property
    def cs(self) -> Cs:
        """Questions, reviews and inquiries (CS)."""
        from wemakeprice_sdk.client._sync.resources.cs import Cs

        return Cs(self._caller)

    @cached_property
    def settlement(self) -> Settlement:
        """Settlement (정산)."""
        from wemakeprice_sdk.client._sync.resources.settlement import Settlement

        return Settlement(self._caller)

    @cached_property
    def notices(self) -> Notices:
        """Notices of the marketplace (공지사항)."""
        from wemakeprice_sdk.client._sync.resources.notices import Notices

        return Notices(self._caller)

    @cached_property
    def broadcast(self) -> Broadcast:
        """The broadcast schedule (방송편성)."""
        from wemakeprice_sdk.client._sync.resources.broadcast import Broadcast

        return Broadcast(self._caller)

    @classmethod
    def from_config(
        cls, config: ChannelConfig, *, base_url: str | None = None, **settings: Unpack[ClientSettings]
    ) -> Self:
        """Build a client from an account's configuration: its key, host, paths and gates.

        `base_url` wins over the configuration's; `ConfigError` when neither says where to call. Unless a
        `gate` is given (None means no gates), the configuration's own switches forbid what they forbid
        (`GateClosedError`). Further arguments are those of the client. `TypeError` for anything but a
        `ChannelConfig`.
        """
        check_account(config)
        if "gate" not in settings:
            settings["gate"] = gate_of(config)
        if "overrides" not in settings:
            settings["overrides"] = WireOverrides(paths=config.path_overrides)
        return cls(config.api_key, base_url=base_url_of(base_url or config.base_url), **settings)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **settings: Unpack[ClientSettings]) -> Self:
        """Build a client from the environment variables `WEMAKEPRICE_API_KEY` and `WEMAKEPRICE_BASE_URL`.

        `environ` replaces the process's own variables. Raises `ConfigError` naming every missing one. Further
        arguments are those of the client. For switches and contacts use `config_from_env` and `from_config`.
        """
        key, address = key_and_address(os.environ if environ is None else environ)
        return cls(key, base_url=address, **settings)

    def with_options(self, **changes: Unpack[OptionChanges]) -> Self:
        """Return a cheap clone with other options, on the same connections, throttle and retry budget.

        Takes `timeout`, `bounds`, `retry`, `verification`, `repeat_if_not_applied`, `overrides`,
        `input_limits`, `gate`, `hooks`, `tap` and `logger`. Closing either closes both. `timeout` raises
        `TypeError` when the HTTP client was injected.
        """
        if self._injected:
            refuse_mixing(self, timeout=changes.get("timeout"), connection_limits=None)
        clone = object.__new__(type(self))
        clone._base_url = self._base_url
        clone._injected = self._injected
        clone._caller = Caller(self._caller.shared, changed(self._caller.options, changes))
        return clone

    def request(
        self, operation: str, payload: Payload = None, known: Known = NOTHING_KNOWN
    ) -> JsonValue | Outcome:
        """Carry out any operation by its operationId: a read returns the decoded `data`, a write its outcome.

        The same path as every method: gate, checks, throttle, retry, verification. Raises `KeyError` for an
        id the contract does not have, `TypeError` for a write without its request model. The answer as it
        came over the wire goes to `with_options(tap=...)`.
        """
        if operation_of(operation).is_read:
            return self._caller.read(operation, payload)
        if not isinstance(payload, WriteModel):
            raise TypeError(f"{operation} is a write and takes its request model")
        return self._caller.write(operation, payload, known)

    @property
    def base_url(self) -> str:
        """Where this client calls."""
        return self._base_url.safe

    @property
    def input_limits(self) -> InputLimits:
        """What this client takes as input beyond the defaults, such as the option depth."""
        return self._caller.options.input_limits

    @property
    def is_closed(self) -> bool:
        """Whether the client was closed."""
        return self._caller.shared.transport.closed

    def close(self) -> None:
        """Close the own connections; an injected HTTP client stays open. Closing twice is fine."""
        self._caller.shared.transport.close()

    def __enter__(self) -> Self:
        self._caller.shared.transport.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        """Show host and state, never the key."""
        if "_caller" not in vars(self):
            return f"<{type(self).__name__} not built>"
        state = "closed" if self.is_closed else "open"
        return f"<{type(self).__name__} {self.base_url} {state}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} holds a key and connections; it cannot be pickled or copied"
        )
