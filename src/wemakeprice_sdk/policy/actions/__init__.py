"""The typed actions a plan is made of, one module for each part of the account.

An action says what to do (`kind` and its own fields), to what (`target`), what is there now and what
will be (`before`, `after`), and why (`reason`, with the business rule it rests on). It is data and does
nothing by itself. `key` is unique in one plan and names it in `depends_on`.

An action also knows its call: the contract's `operation`, what has to be locked and what must happen only
once, and how the request is built when it is sent. A new action is one class here, exported below, and a
sample of it in `tests/action_samples.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.policy.actions.base import (
        Action,
        ActionKind,
        Reason,
        Shipment,
        Target,
        TargetKind,
    )
    from wemakeprice_sdk.policy.actions.claims import (
        ApproveCancel,
        ApproveReturn,
        ClaimAction,
        CompleteExchange,
        CompletePickup,
        HoldReturn,
        RegisterPickup,
        RejectCancel,
        ShipExchange,
    )
    from wemakeprice_sdk.policy.actions.cs import (
        AnswerAction,
        AnswerInquiry,
        AnswerQuestion,
    )
    from wemakeprice_sdk.policy.actions.imports import (
        ImportDeal,
        ImportProduct,
    )
    from wemakeprice_sdk.policy.actions.orders import (
        BundleAction,
        ConfirmBundle,
        ShipBundle,
    )
    from wemakeprice_sdk.policy.actions.products import (
        ExtendSalePeriod,
        OptionChange,
        ProductAction,
        SetDisplay,
        SetOptions,
        SetStatus,
        SetStock,
        extension_key,
    )
    from wemakeprice_sdk.policy.actions.templates import (
        DeleteTemplate,
        ImportTemplates,
        ReassignTemplate,
        SaveTemplate,
    )
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "base": (
                "Action",
                "ActionKind",
                "Reason",
                "Shipment",
                "Target",
                "TargetKind",
            ),
            "claims": (
                "ApproveCancel",
                "ApproveReturn",
                "ClaimAction",
                "CompleteExchange",
                "CompletePickup",
                "HoldReturn",
                "RegisterPickup",
                "RejectCancel",
                "ShipExchange",
            ),
            "cs": (
                "AnswerAction",
                "AnswerInquiry",
                "AnswerQuestion",
            ),
            "imports": (
                "ImportDeal",
                "ImportProduct",
            ),
            "orders": (
                "BundleAction",
                "ConfirmBundle",
                "ShipBundle",
            ),
            "products": (
                "ExtendSalePeriod",
                "OptionChange",
                "ProductAction",
                "SetDisplay",
                "SetOptions",
                "SetStatus",
                "SetStock",
                "extension_key",
            ),
            "templates": (
                "DeleteTemplate",
                "ImportTemplates",
                "ReassignTemplate",
                "SaveTemplate",
            ),
        },
    )

__all__ = [
    "Action",
    "ActionKind",
    "AnswerAction",
    "AnswerInquiry",
    "AnswerQuestion",
    "ApproveCancel",
    "ApproveReturn",
    "BundleAction",
    "ClaimAction",
    "CompleteExchange",
    "CompletePickup",
    "ConfirmBundle",
    "DeleteTemplate",
    "ExtendSalePeriod",
    "HoldReturn",
    "ImportDeal",
    "ImportProduct",
    "ImportTemplates",
    "OptionChange",
    "ProductAction",
    "Reason",
    "ReassignTemplate",
    "RegisterPickup",
    "RejectCancel",
    "SaveTemplate",
    "SetDisplay",
    "SetOptions",
    "SetStatus",
    "SetStock",
    "ShipBundle",
    "ShipExchange",
    "Shipment",
    "Target",
    "TargetKind",
    "extension_key",
]
