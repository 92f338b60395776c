"""The account as actions change it, for previews and for planning one job after another."""

from __future__ import annotations

from datetime import date, datetime

from attrs import define

from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.models.products import Product
from wemakeprice_sdk.models.shipping_templates import ShippingTemplate


@define(kw_only=True)
class World:
    """What actions write on as if they succeeded at `now`; `simulate.advance` makes it and reads it back."""

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
