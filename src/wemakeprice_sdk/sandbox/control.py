"""The control surface under `/__sandbox__/`: everything beside the contract, as JSON.

`GET /__sandbox__/` tells what there is; `POST /__sandbox__/NAME` with a JSON object calls the method of
that name. It is for tests and people on this machine: it asks for no key, and gives none out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wemakeprice_sdk.sandbox.answers import Failed, Json, Reply, SandboxError, json_reply, read_body
from wemakeprice_sdk.sandbox.arguments import require_arguments, require_plain
from wemakeprice_sdk.sandbox.moments import stamp

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.core import Sandbox

PREFIX = "/__sandbox__/"
MOST = 200_000
"""Records of a kind that one `seed` over HTTP makes; more would keep every other call waiting."""

ACTIONS = (
    "add_account",
    "advance",
    "approve_key",
    "ask_inquiry",
    "ask_question",
    "bind_category",
    "block_image_host",
    "close_category",
    "close_product",
    "configure",
    "delete_question",
    "deliver",
    "forbid_word",
    "hold_cancel",
    "lock_product",
    "make_deal",
    "make_policy",
    "make_product",
    "move_pickup",
    "place_order",
    "post_notice",
    "prepare_bundle",
    "request_cancel",
    "request_exchange",
    "request_return",
    "set_clock",
    "settlement_totals",
    "withdraw",
    "write_review",
)


def _seed(sandbox: Sandbox, **arguments: Any) -> object:
    from wemakeprice_sdk.sandbox.seed import seed_shop

    require_arguments(seed_shop, arguments, sandbox)
    for name, value in arguments.items():
        if type(value) is int and value > MOST:
            raise SandboxError(f"{name} is {value}; over HTTP it is at most {MOST:,}")
    return seed_shop(sandbox, **arguments)


def _fault(sandbox: Sandbox, **row: Any) -> object:
    from wemakeprice_sdk.sandbox.settings import Fault

    fault = Fault.from_json(row)
    sandbox.faults.put(fault)
    return fault


def _clear_faults(sandbox: Sandbox) -> None:
    sandbox.faults.clear()


_FUNCTIONS: dict[str, Callable[..., object]] = {"seed": _seed, "fault": _fault, "clear_faults": _clear_faults}


def _state(sandbox: Sandbox) -> Json:
    return {
        "now": sandbox.now(),
        "clock": sandbox.clock.describe(),
        "settings": sandbox.settings.as_json(),
        "faults": [asdict(fault) for fault in sandbox.faults],
        "accounts": [asdict(account) for account in sandbox.accounts],
        "counts": sandbox.counts(),
        "calls": dict(sandbox.calls),
        "journalLength": len(sandbox.journal),
    }


def _read(sandbox: Sandbox, name: str) -> object:
    if name == "":
        return {
            "read": ["state", "settings", "counts", "journal"],
            "actions": sorted((*ACTIONS, *_FUNCTIONS)),
        }
    if name == "journal":
        return [entry.as_json() for entry in sandbox.journal]
    state = _state(sandbox)
    if name == "state":
        return state
    if name in ("settings", "counts"):
        return state[name]
    raise Failed(404, f"no {name} here")


def _act(sandbox: Sandbox, name: str, body: bytes) -> object:
    if name not in ACTIONS and name not in _FUNCTIONS:
        raise Failed(404, f"no action {name}")
    arguments = _arguments(body)
    try:
        require_plain(arguments)
        if name in _FUNCTIONS:
            require_arguments(_FUNCTIONS[name], arguments, sandbox)
            return _FUNCTIONS[name](sandbox, **arguments)
        action = getattr(sandbox, name)
        require_arguments(action, arguments)
        return action(**arguments)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Failed(400, f"{type(error).__name__}: {error}") from error


def _arguments(body: bytes) -> Json:
    if not body:
        return {}
    try:
        return read_body(body)
    except Failed:
        raise Failed(400, "send a JSON object in UTF-8, or nothing") from None


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return stamp(value) if isinstance(value, datetime) else value


def serve(sandbox: Sandbox, method: str, path: str, body: bytes) -> Reply:
    """Answer a control request: 200 with the result, 400 with what was wrong, 404, 405."""
    name = path.removeprefix(PREFIX).strip("/")
    if method not in ("GET", "POST"):
        return json_reply(405, {"error": "GET or POST"}, (("Allow", "GET, POST"),))
    try:
        result = _read(sandbox, name) if method == "GET" else _plain(_act(sandbox, name, body))
    except Failed as failed:
        return json_reply(failed.code, {"error": failed.text})
    return json_reply(200, {"result": result})
