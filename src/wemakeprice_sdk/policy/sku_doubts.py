"""Codes that are no SKU for certain: no stock goes through them until the seller says so (rule 7.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from wemakeprice_sdk.policy.actions import ActionKind, Reason, Target, TargetKind
from wemakeprice_sdk.policy.plan import Held
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.snapshot import Snapshot

AMBIGUOUS_SKU = Reason(
    "ambiguous-sku",
    "7.7",
    "several options bear the code, or one that differs only by case, width or leading zeros, and nobody "
    "said that it is one thing; their stock stays as it is",
    "여러 옵션이 이 코드를 쓰거나 대소문자, 전각·반각, 앞자리 0만 다른 코드가 있어 재고를 반영하지 않습니다. "
    "같은 상품이면 공유로 지정하고, 아니면 다른 SKU로 연동해 주세요",
)


def ambiguous_in(snapshot: Snapshot) -> AbstractSet[str]:
    """Return the SKUs of a snapshot that are no single thing for certain.

    They are those it was told, and those that several of its own links name without being shared.
    """
    found = set(snapshot.ambiguous_skus)
    named = [link.sku for link in snapshot.links if link.sku is not None]
    # Usually each stands once, and there may be a million of them.
    if len(set(named)) < len(named):
        found |= {sku for sku, count in Counter(named).items() if count > 1}
    return found - snapshot.shared_skus


def held_skus(skus: Iterable[str]) -> tuple[Held, ...]:
    """Return the holds that name ambiguous SKUs."""
    return tuple(
        Held(ActionKind.SET_STOCK, Target(TargetKind.SKU, sku), AMBIGUOUS_SKU) for sku in sorted(skus)
    )


def hold_ambiguous(builder: PlanBuilder, snapshot: Snapshot, ambiguous: AbstractSet[str]) -> None:
    """Name every ambiguous SKU that would be synced, once."""
    if ambiguous:
        named = {link.sku for link in snapshot.links if link.syncs and link.sku in ambiguous}
        for held in held_skus(name for name in named if name is not None):
            builder.hold(held.kind, held.target, held.reason)
