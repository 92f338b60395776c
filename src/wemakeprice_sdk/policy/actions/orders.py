"""Actions on bundles (발주확인, 발송처리)."""

from __future__ import annotations

from typing import ClassVar

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models import BundleNoRequest, WriteModel, couriers
from wemakeprice_sdk.models.codes import ShipStatus
from wemakeprice_sdk.models.orders import Delivery, ShipRequest
from wemakeprice_sdk.policy.actions.base import Action, ActionKind, Shipment, Target, TargetKind
from wemakeprice_sdk.policy.world import World


@frozen(kw_only=True)
class BundleAction(Action):
    """An action on one bundle (배송번호)."""

    bundle_no: int

    @property
    def target(self) -> Target:
        """The bundle."""
        return Target(TargetKind.BUNDLE, str(self.bundle_no))

    @property
    def of_bundle(self) -> int | None:
        """The bundle."""
        return self.bundle_no


@frozen(kw_only=True)
class ConfirmBundle(BundleAction):
    """Confirm a whole bundle (발주확인); the marketplace knows no smaller unit (grade A)."""

    kind: ClassVar[ActionKind] = ActionKind.CONFIRM_BUNDLE
    operation: ClassVar[str] = "orders_confirm"
    once: ClassVar[bool] = True

    def request(self) -> WriteModel:
        """Return the request of a confirm call."""
        return BundleNoRequest(bundle_no=self.bundle_no)

    def apply(self, world: World) -> None:
        """Move the bundle to 상품준비중."""
        world.confirmed.add(self.bundle_no)
        bundle = world.bundles[self.bundle_no]
        world.bundles[self.bundle_no] = evolve(
            bundle,
            order_confirm_date=world.now,
            delivery=evolve(bundle.delivery or Delivery(), ship_status=ShipStatus.CONFIRM),
        )


@frozen(kw_only=True)
class ShipBundle(BundleAction):
    """Ship a whole bundle (발송처리) with `shipment`."""

    kind: ClassVar[ActionKind] = ActionKind.SHIP_BUNDLE
    operation: ClassVar[str] = "orders_ship"
    once: ClassVar[bool] = True

    shipment: Shipment

    def request(self) -> WriteModel:
        """Return the request of a ship call."""
        return ShipRequest(
            bundle_no=self.bundle_no,
            ship_method=self.shipment.method,
            parcel_company_code=self.shipment.courier_code,
            invoice_no=self.shipment.invoice_no,
            schedule_ship_date=self.shipment.schedule_ship_date,
            ship_method_message=self.shipment.message,
        )

    def apply(self, world: World) -> None:
        """Move the bundle to 배송중."""
        mark_shipped(world, self.bundle_no, self.shipment)


def mark_shipped(world: World, bundle_no: int, shipment: Shipment) -> None:
    """Let a bundle leave, if the world knows it."""
    bundle = world.bundles.get(bundle_no)
    if bundle is None:
        return
    world.shipped.add(bundle_no)
    name = None if shipment.courier_code is None else couriers.name_of(shipment.courier_code)
    world.bundles[bundle_no] = evolve(
        bundle,
        order_shipping_date=world.now,
        delivery=evolve(
            bundle.delivery or Delivery(),
            ship_status=ShipStatus.DELIVERY,
            ship_method=shipment.method,
            parcel_company=name,
            invoice_no=shipment.invoice_no,
            schedule_ship_date=shipment.schedule_ship_date,
            ship_method_message=shipment.message,
        ),
    )
