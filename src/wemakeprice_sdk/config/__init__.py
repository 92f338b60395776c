"""Settings of a seller's accounts: who may do what, and when (판매채널 설정)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.config import link
    from wemakeprice_sdk.config._link_record import LinkAttempt, LinkOutcome, LinkRecord
    from wemakeprice_sdk.config.agency import WINSELLING, Agency, normalise_agency
    from wemakeprice_sdk.config.business import Business
    from wemakeprice_sdk.config.channel import ChannelConfig
    from wemakeprice_sdk.config.contacts import (
        Contact,
        Issue,
        IssueDelivery,
        IssueNotifier,
        IssueSeverity,
        Medium,
        notify_issue,
        route_issue,
    )
    from wemakeprice_sdk.config.link_store import LinkStore, MemoryLinkStore, RegistryLinkStore
    from wemakeprice_sdk.config.maintenance import (
        DailyMaintenance,
        DatedMaintenance,
        MaintenanceWindow,
        next_clear,
    )
    from wemakeprice_sdk.config.registry import ChannelRegistry
    from wemakeprice_sdk.config.settlement import (
        PayoutRange,
        PayoutShift,
        SettlementCycle,
        SettlementCycleKind,
    )
    from wemakeprice_sdk.config.states import (
        ConfirmationMode,
        CsKind,
        EndedGoodsPolicy,
        LengthUnit,
        LinkState,
        MixedBundlePolicy,
        OnboardingState,
    )
    from wemakeprice_sdk.config.storage import (
        RotationReport,
        Syntax,
        config_from_env,
        config_to_env,
        dumps_config,
        dumps_registry,
        load_config,
        load_registry,
        loads_config,
        loads_registry,
        rotate_file,
        save_config,
        save_registry,
    )
    from wemakeprice_sdk.config.switches import (
        DayWindow,
        ExtensionLength,
        OrderConfirmation,
        SalePeriodExtension,
        Switches,
    )
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "_link_record": ("LinkAttempt", "LinkOutcome", "LinkRecord"),
            "agency": ("WINSELLING", "Agency", "normalise_agency"),
            "business": ("Business",),
            "channel": ("ChannelConfig",),
            "contacts": (
                "Contact",
                "Issue",
                "IssueDelivery",
                "IssueNotifier",
                "IssueSeverity",
                "Medium",
                "notify_issue",
                "route_issue",
            ),
            "link": (),
            "link_store": ("LinkStore", "MemoryLinkStore", "RegistryLinkStore"),
            "maintenance": ("DailyMaintenance", "DatedMaintenance", "MaintenanceWindow", "next_clear"),
            "registry": ("ChannelRegistry",),
            "settlement": ("PayoutRange", "PayoutShift", "SettlementCycle", "SettlementCycleKind"),
            "states": (
                "ConfirmationMode",
                "CsKind",
                "EndedGoodsPolicy",
                "LengthUnit",
                "LinkState",
                "MixedBundlePolicy",
                "OnboardingState",
            ),
            "storage": (
                "RotationReport",
                "Syntax",
                "config_from_env",
                "config_to_env",
                "dumps_config",
                "dumps_registry",
                "load_config",
                "load_registry",
                "loads_config",
                "loads_registry",
                "rotate_file",
                "save_config",
                "save_registry",
            ),
            "switches": (
                "DayWindow",
                "ExtensionLength",
                "OrderConfirmation",
                "SalePeriodExtension",
                "Switches",
            ),
        },
    )

__all__ = [
    "WINSELLING",
    "Agency",
    "Business",
    "ChannelConfig",
    "ChannelRegistry",
    "ConfirmationMode",
    "Contact",
    "CsKind",
    "DailyMaintenance",
    "DatedMaintenance",
    "DayWindow",
    "EndedGoodsPolicy",
    "ExtensionLength",
    "Issue",
    "IssueDelivery",
    "IssueNotifier",
    "IssueSeverity",
    "LengthUnit",
    "LinkAttempt",
    "LinkOutcome",
    "LinkRecord",
    "LinkState",
    "LinkStore",
    "MaintenanceWindow",
    "Medium",
    "MemoryLinkStore",
    "MixedBundlePolicy",
    "OnboardingState",
    "OrderConfirmation",
    "PayoutRange",
    "PayoutShift",
    "RegistryLinkStore",
    "RotationReport",
    "SalePeriodExtension",
    "SettlementCycle",
    "SettlementCycleKind",
    "Switches",
    "Syntax",
    "config_from_env",
    "config_to_env",
    "dumps_config",
    "dumps_registry",
    "link",
    "load_config",
    "load_registry",
    "loads_config",
    "loads_registry",
    "next_clear",
    "normalise_agency",
    "notify_issue",
    "rotate_file",
    "route_issue",
    "save_config",
    "save_registry",
]
