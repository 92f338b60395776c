"""The gates of one account's configuration, as the client asks them before every operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wemakeprice_sdk import models
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.client.calloptions import Gate
from wemakeprice_sdk.wire.operations import Operation
from wemakeprice_sdk.wire.requests import Payload

if TYPE_CHECKING:
    from wemakeprice_sdk.config import ChannelConfig


def check_account(config: object) -> None:
    """Raise `TypeError` for anything but the settings of one account."""
    from wemakeprice_sdk.config import ChannelConfig

    check_kind("config", config, ChannelConfig)


def gate_of(config: ChannelConfig) -> Gate:
    """Return a gate that raises `GateClosedError` for what the configuration forbids.

    Calls made on the client count as made by an operator (`by_operator`): a mode that only rules automatic
    work, such as automatic order confirmation, does not stop them.
    """
    check_account(config)
    # A client without a configuration never loads the policy room.
    from wemakeprice_sdk.policy.actions import ActionKind
    from wemakeprice_sdk.policy.gates import OPERATION_KINDS, require

    def gate(operation: Operation, payload: Payload) -> None:
        kind = OPERATION_KINDS.get(operation.id)
        if isinstance(payload, models.ClaimApproveRequest) and payload.claim_type == models.ClaimType.RETURN:
            kind = ActionKind.APPROVE_RETURN
        if kind is not None:
            require(config, kind, by_operator=True)

    return gate
