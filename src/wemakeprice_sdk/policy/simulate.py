"""What a snapshot looks like after actions succeeded: for previews, and to plan one job after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TypeVar, cast

from attrs import asdict, define, evolve

from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.models import couriers
from wemakeprice_sdk.models.claims import Claim, ExchangeDelivery, Pickup
from wemakeprice_sdk.models.codes import (
    ClaimStatus,
    ExchangeShipStatus,
    OptionSaleStatus,
    PickupStatus,
    ProductStatus,
    ShipStatus,
)
from wemakeprice_sdk.models.orders import Bundle, Delivery, OrderOption, OrderProduct
from wemakeprice_sdk.models.products import OptionValue, Product, ProductBasic, ProductSale
from wemakeprice_sdk.models.shipping_templates import ShippingTemplate, ShippingTemplateInput
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import (
    Action,
    AnswerInquiry,
    AnswerQuestion,
    ApproveCancel,
    ApproveReturn,
    CompleteExchange,
    CompletePickup,
    ConfirmBundle,
    DeleteTemplate,
    ExtendSalePeriod,
    HoldReturn,
    ImportDeal,
    ImportProduct,
    ImportTemplates,
    ReassignTemplate,
    RegisterPickup,
    RejectCancel,
    SaveTemplate,
    SetDisplay,
    SetOptions,
    SetStatus,
    SetStock,
    ShipBundle,
    ShipExchange,
    Shipment,
)
from wemakeprice_sdk.policy.derived import claim_lines, claimed_quantity, option_key, ordered_quantity
from wemakeprice_sdk.policy.snapshot import Snapshot

__all__ = ["advance"]


def advance(snapshot: Snapshot, actions: Iterable[Action], now: datetime) -> Snapshot:
    """Return the snapshot as it would be if every action succeeded at `now`.

    Pure, and a model of the contract's state machines: goods that leave take their reservation with them,
    approved cancels take their lines out of the bundle, a rejected cancel ships the bundle. Reservations of
    cancelled lines stay until their owner releases them.
    """
    world = _World.of(snapshot, require_aware(now, "now"))
    for action in actions:
        world.do(action)
    return world.snapshot()


T = TypeVar("T")


@define
class _World:
    base: Snapshot
    now: datetime
    bundles: dict[int, Bundle]
    claims: dict[int, Claim]
    products: dict[int, Product]
    templates: dict[int, ShippingTemplate]
    shipped: set[int]
    confirmed: set[int]
    stopped: set[int]
    extended: dict[int, date]
    pushed: set[tuple[int, tuple[str, ...]]]
    answered: set[str]
    registered_products: set[int]
    registered_deals: set[int]
    templates_imported: bool | None

    @classmethod
    def of(cls, snapshot: Snapshot, now: datetime) -> _World:
        return cls(
            base=snapshot,
            now=now,
            bundles={bundle.bundle_no: bundle for bundle in snapshot.bundles},
            claims={claim.claim_bundle_no: claim for claim in snapshot.claims},
            products={product.product_no: product for product in snapshot.products},
            templates={template.shipping_template_no: template for template in snapshot.templates},
            shipped=set(),
            confirmed=set(snapshot.confirmed),
            stopped=set(snapshot.stopped_by_us),
            extended=dict(snapshot.last_extension),
            pushed=set(),
            answered=set(snapshot.answered),
            registered_products=set(snapshot.registered_products),
            registered_deals=set(snapshot.registered_deals),
            templates_imported=snapshot.templates_imported,
        )

    def do(self, action: Action) -> None:
        match action:
            case ConfirmBundle() | ShipBundle():
                self._bundle(action)
            case ApproveCancel() | RejectCancel():
                self._cancel(action)
            case RegisterPickup() | CompletePickup() | HoldReturn() | ApproveReturn():
                self._return(action)
            case ShipExchange() | CompleteExchange():
                self._exchange(action)
            case SetStock() | SetOptions() | ExtendSalePeriod():
                self._sale(action)
            case SetStatus() | SetDisplay() | ReassignTemplate():
                self._basic(action)
            case ImportTemplates() | SaveTemplate() | DeleteTemplate():
                self._template(action)
            case ImportProduct() | ImportDeal() | AnswerQuestion() | AnswerInquiry():
                self._own(action)
            case _:
                raise TypeError(f"no model of {type(action).__name__}")

    def _bundle(self, action: ConfirmBundle | ShipBundle) -> None:
        bundle = self.bundles[action.bundle_no]
        if isinstance(action, ConfirmBundle):
            self.confirmed.add(action.bundle_no)
            self.bundles[action.bundle_no] = evolve(
                bundle,
                order_confirm_date=self.now,
                delivery=evolve(bundle.delivery or Delivery(), ship_status=ShipStatus.CONFIRM),
            )
        else:
            self._ship(action.bundle_no, action.shipment)

    def _ship(self, bundle_no: int, shipment: Shipment) -> None:
        bundle = self.bundles.get(bundle_no)
        if bundle is None:
            return
        self.shipped.add(bundle_no)
        name = None if shipment.courier_code is None else couriers.name_of(shipment.courier_code)
        self.bundles[bundle_no] = evolve(
            bundle,
            order_shipping_date=self.now,
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

    def _cancel(self, action: ApproveCancel | RejectCancel) -> None:
        claim = self.claims[action.claim_bundle_no]
        if isinstance(action, RejectCancel):
            self.claims[action.claim_bundle_no] = evolve(
                claim, claim_status=ClaimStatus.REJECT, reject_date=self.now
            )
            self._ship(action.bundle_no, action.shipment)
            return
        self.claims[action.claim_bundle_no] = evolve(
            claim, claim_status=ClaimStatus.APPROVE, approve_date=self.now
        )
        bundle = self.bundles.get(action.bundle_no)
        if bundle is None:
            return
        taken = {o.order_option_no: claimed_quantity(p, o) for p, o in claim_lines(claim)}
        left = _without(bundle, taken)
        if left is None:
            del self.bundles[action.bundle_no]
        else:
            self.bundles[action.bundle_no] = left

    def _return(self, action: RegisterPickup | CompletePickup | HoldReturn | ApproveReturn) -> None:
        claim = self.claims[action.claim_bundle_no]
        pickup = claim.pickup or Pickup()
        match action:
            case RegisterPickup():
                invoice = action.shipment.invoice_no
                pickup = evolve(pickup, ship_status=PickupStatus.PICKUP_REQUESTED, invoice_no=invoice)
            case CompletePickup():
                pickup = evolve(pickup, ship_status=PickupStatus.PICKUP_DONE)
            case HoldReturn():
                claim = evolve(claim, claim_status=ClaimStatus.PENDING, pending_date=self.now)
            case ApproveReturn():
                claim = evolve(claim, claim_status=ClaimStatus.APPROVE, approve_date=self.now)
        self.claims[action.claim_bundle_no] = evolve(claim, pickup=pickup)

    def _exchange(self, action: ShipExchange | CompleteExchange) -> None:
        claim = self.claims[action.claim_bundle_no]
        delivery = claim.delivery or ExchangeDelivery()
        if isinstance(action, ShipExchange):
            delivery = evolve(
                delivery, ship_status=ExchangeShipStatus.DELIVERY, invoice_no=action.shipment.invoice_no
            )
        else:
            delivery = evolve(delivery, ship_status=ExchangeShipStatus.COMPLETE)
        self.claims[action.claim_bundle_no] = evolve(
            claim, claim_status=ClaimStatus.APPROVE, delivery=delivery
        )

    def _sale(self, action: SetStock | SetOptions | ExtendSalePeriod) -> None:
        product = self.products[action.product_no]
        sale = product.sale or ProductSale()
        match action:
            case SetStock():
                self.pushed.add((action.product_no, ()))
                product = evolve(product, sale=evolve(sale, stock_count=action.stock_count))
            case ExtendSalePeriod():
                self.extended[action.product_no] = action.dawn
                product = evolve(product, sale=evolve(sale, sale_end_date=action.new_end))
            case SetOptions():
                self.pushed.update((action.product_no, change.option_key) for change in action.changes)
                product = _with_options(product, action)
        self.products[action.product_no] = product

    def _basic(self, action: SetStatus | SetDisplay | ReassignTemplate) -> None:
        product = self.products[action.product_no]
        basic = product.basic or ProductBasic()
        match action:
            case SetStatus():
                basic = evolve(basic, product_status_name=action.status)
                stopped = action.status == ProductStatus.STOP
                (self.stopped.add if stopped else self.stopped.discard)(action.product_no)
            case SetDisplay():
                basic = evolve(basic, display_yn=action.display_yn)
            case ReassignTemplate():
                basic = evolve(basic, shipping_template_no=action.to_shipping_template_no)
        self.products[action.product_no] = evolve(product, basic=basic)

    def _template(self, action: ImportTemplates | SaveTemplate | DeleteTemplate) -> None:
        match action:
            case ImportTemplates():
                self.templates_imported = True
            case SaveTemplate():
                number = action.shipping_template_no or max(self.templates, default=0) + 1
                self.templates[number] = _stored(action.template, number)
            case DeleteTemplate():
                self.templates.pop(action.shipping_template_no, None)

    def _own(self, action: ImportProduct | ImportDeal | AnswerQuestion | AnswerInquiry) -> None:
        match action:
            case ImportProduct():
                self.registered_products.add(action.product_no)
            case ImportDeal():
                self.registered_deals.add(action.deal_no)
            case _:
                self.answered.add(action.key)

    def snapshot(self) -> Snapshot:
        gone: dict[str, int] = {}
        kept = []
        for row in self.base.reservations:
            if row.bundle_no in self.shipped:
                gone[row.sku] = gone.get(row.sku, 0) + row.quantity
            else:
                kept.append(row)
        stock = [
            evolve(row, quantity=max(0, row.quantity - gone[row.sku])) if row.sku in gone else row
            for row in self.base.stock
        ]
        return evolve(
            self.base,
            bundles=tuple(self.bundles.values()),
            claims=tuple(self.claims.values()),
            products=tuple(self.products.values()),
            templates=tuple(self.templates.values()),
            reservations=tuple(kept),
            stock=tuple(stock),
            links=tuple(_pushed(link, self.pushed) for link in self.base.links),
            confirmed=frozenset(self.confirmed),
            stopped_by_us=frozenset(self.stopped),
            last_extension=self.extended,
            answered=frozenset(self.answered),
            registered_products=frozenset(self.registered_products),
            registered_deals=frozenset(self.registered_deals),
            templates_imported=self.templates_imported,
        )


def _pushed(link: SkuLink, pushed: set[tuple[int, tuple[str, ...]]]) -> SkuLink:
    if link.never_pushed and (link.product_no, link.option_key) in pushed:
        return evolve(link, never_pushed=False)
    return link


def _without(bundle: Bundle, taken: Mapping[int, int]) -> Bundle | None:
    products = [
        evolve(product, order_option=tuple(options))
        for product in bundle.order_product or ()
        if (options := list(_options_left(product, taken)))
    ]
    return evolve(bundle, order_product=tuple(products)) if products else None


def _options_left(product: OrderProduct, taken: Mapping[int, int]) -> Iterable[OrderOption]:
    for option in product.order_option or ():
        left = ordered_quantity(product, option) - taken.get(option.order_option_no, 0)
        if left > 0:
            yield evolve(option, option_qty=left)


def _with_options(product: Product, action: SetOptions) -> Product:
    if product.option is None:
        return product
    changes = {change.option_key: change for change in action.changes}

    def changed(row: OptionValue) -> OptionValue:
        change = changes.get(option_key(row))
        if change is None:
            return row
        stock = row.stock_count if change.stock_count is None else change.stock_count
        return evolve(
            row,
            stock_count=stock,
            display_yn=row.display_yn if change.display_yn is None else change.display_yn,
            sale_status=OptionSaleStatus.SALE if stock else OptionSaleStatus.SOLD_OUT,
        )

    rows = tuple(changed(row) for row in product.option.select_option_value_list or ())
    return evolve(product, option=evolve(product.option, select_option_value_list=rows))


def _stored(template: ShippingTemplateInput, number: int) -> ShippingTemplate:
    values: dict[str, object] = asdict(template)
    values["shipping_template_no"] = number
    build = cast("Callable[..., ShippingTemplate]", ShippingTemplate)
    return build(**values)
