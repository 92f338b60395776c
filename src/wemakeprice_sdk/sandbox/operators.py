"""What operators of the site do: accounts, settings, notices, deals, rules, parcels that arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import cast

from wemakeprice_sdk.sandbox import claims, orders, schema, settlement
from wemakeprice_sdk.sandbox.answers import Failed, Json, SandboxError
from wemakeprice_sdk.sandbox.arguments import require_form
from wemakeprice_sdk.sandbox.base import Call, SandboxBase
from wemakeprice_sdk.sandbox.buyers import example_policy, example_product
from wemakeprice_sdk.sandbox.moments import is_kind
from wemakeprice_sdk.sandbox.products import prepare, products_save
from wemakeprice_sdk.sandbox.settings import Fault
from wemakeprice_sdk.sandbox.settlement import SettlementTotals
from wemakeprice_sdk.sandbox.shipping import shipping_save_policy
from wemakeprice_sdk.sandbox.state import Shop


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the sandbox; its key is not kept."""

    label: str
    approved: bool


class OperatorActions(SandboxBase):
    """The operators of the site; `key` is the API key or the label of the account, None the only one."""

    def add_account(self, key: str, label: str | None = None, *, approved: bool = True) -> Account:
        """Add an account with its own data; an unapproved key is answered 403.

        Adding a key again changes only whether it is approved. The key itself is kept as a digest.
        """
        if not key.strip():
            raise SandboxError("a key is needed")
        with self.lock:
            shop = self.shop_by_key(key)
            if shop is None:
                label = label or f"account-{len(self.shops) + 1}"
                if any(other.label == label for other in self.shops):
                    raise SandboxError(f"there is an account {label} already")
                shop = Shop(label, sha256(key.encode()).hexdigest())
                self.enter_shop(shop)
            shop.approved = approved
            self.record(shop, "operator", "add_account", {"approved": str(approved).lower()}, self.now())
            self.commit()
            return Account(shop.label, shop.approved)

    def approve_key(self, key: str | None = None, *, approved: bool = True) -> Account:
        """Approve the key of an account, or take the approval back (API 대행사 승인)."""
        with self.acting(key, "operator", "approve_key") as call:
            call.shop.approved = approved
            call.applied(approved=str(approved).lower())
            return Account(call.shop.label, approved)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts, without their keys."""
        return tuple(Account(shop.label, shop.approved) for shop in self.shops)

    def configure(self, **changes: object) -> None:
        """Change settings of `x-sandbox-settings`; `faults` replaces the faults waiting to happen."""
        with self.lock:
            faults = cast("Iterable[Mapping[str, object]] | None", changes.pop("faults", None))
            clock = cast("datetime | str | None", changes.pop("clock", None))
            # All or nothing: whatever is wrong is found before the first change.
            rows = [self.faults.checked(Fault.from_json(row)) for row in faults or ()]
            settings = self.settings.changed(**changes)
            if clock is not None:
                require_form("clock", clock, datetime | str)
                self.set_clock(None if clock == "system" else clock)
            self.settings = settings
            if faults is not None:
                self.faults.clear()
                for fault in rows:
                    self.faults.put(fault)

    def make_policy(self, key: str | None = None, body: Mapping[str, object] | None = None) -> int:
        """Store a shipping policy as the partner centre would; the example one when `body` is left out."""
        with self.acting(key, "operator", "make_policy") as call:
            if body is None:
                number = example_policy(call)
            else:
                call.body = schema.read_request(dict(body), {"ref": "ShippingTemplateInput"})
                try:
                    number = int(shipping_save_policy(call)["returnKey"])
                except Failed as failed:
                    raise SandboxError(failed.text) from failed
            call.applied(shipPolicyNo=number)
            return number

    def make_product(self, key: str | None = None, body: Mapping[str, object] | None = None) -> int:
        """Store a product as the partner centre would (`ProductInput`); the example one when left out."""
        with self.acting(key, "operator", "make_product") as call:
            if body is None:
                number = example_product(call).product_no
            else:
                call.body = schema.read_request(prepare(dict(body), call.shop), {"ref": "ProductInput"})
                try:
                    number = int(products_save(call)["productNo"])
                except Failed as failed:
                    raise SandboxError(failed.text) from failed
            call.applied(productNo=number)
            return number

    def close_product(self, key: str | None = None, product_no: int = 0) -> None:
        """End the sale of a product in the partner centre (판매종료)."""
        with self.acting(key, "operator", "close_product") as call:
            call.shop.find_product(product_no).closed = True
            call.shop.note("product", product_no)
            call.applied(productNo=product_no)

    def lock_product(self, product_no: int, *, locked: bool = True) -> None:
        """Put a product into an event, so that it refuses changes, or take it out."""
        self._rule("locked_products", product_no, on=locked)

    def forbid_word(self, word: str, *, on: bool = True) -> None:
        """Make a word forbidden in names and descriptions (금칙어)."""
        self._rule("forbidden_words", word, on=on)

    def close_category(self, code: int, *, on: bool = True) -> None:
        """Close a category to the API."""
        self._rule("closed_categories", code, on=on)

    def bind_category(self, code: int, **values: str) -> None:
        """Let a category prescribe values of the basic block, e.g. `adultLimitYn="Y"`."""
        with self.lock:
            self.restrictions.bound_categories[str(code)] = dict(values)
            self.commit()

    def block_image_host(self, host: str, *, on: bool = True) -> None:
        """Make the images of a host unreachable."""
        self._rule("unreachable_hosts", host.lower(), on=on)

    def _rule(self, name: str, value: int | str, *, on: bool) -> None:
        with self.lock:
            rules: list[int | str] = getattr(self.restrictions, name)
            if value in rules:
                rules.remove(value)
            if on:
                rules.append(value)
            self.commit()

    def post_notice(
        self,
        key: str | None = None,
        title: str = "예시 공지",
        contents: str = "<p>예시 내용</p>",
        *,
        kind: str | None = "공지",
        day: date | str | None = None,
    ) -> None:
        """Post a notice to one account, or to all when `key` is None; `개별공지` marks an individual one."""
        with self.lock:
            at = day.isoformat() if isinstance(day, date) else day or self.now()[:10]
            if not is_kind(at, "day"):
                raise SandboxError("day is yyyy-MM-dd")
            for shop in self.shops if key is None else (self.find_shop(key),):
                row: Json = {"type": kind, "title": title, "contents": contents, "regDate": at}
                shop.put("notice", self.next_number("notice"), row)
                self.record(shop, "operator", "post_notice", {}, self.now())
            self.commit()

    def make_deal(
        self,
        key: str | None = None,
        products: Sequence[int] = (),
        *,
        name: str = "예시 묶음딜",
        price: int | None = None,
        start: str | None = None,
        end: str = "2037-12-31 23:00",
        displayed: bool = True,
        stopped: bool = False,
        registered: datetime | str | None = None,
    ) -> int:
        """Make a deal of products the account has; gives the deal number."""
        with self.acting(key, "operator", "make_deal") as call:
            prices = [call.shop.find_product(number).sale["salePrice"] for number in products]
            number = call.number("deal")
            at = self.moment(registered)
            start = start or f"{at[:13]}:00"
            if not (is_kind(start, "hour") and is_kind(end, "hour")):
                raise SandboxError("start and end are yyyy-MM-dd HH:00")
            row: Json = {
                "dealName": name,
                "salePrice": price if price is not None else min(prices, default=0),
                "saleStartDate": start,
                "saleEndDate": end,
                "displayYn": "Y" if displayed else "N",
                "stopped": stopped,
                "registerDate": at,
                "changeDate": None,
                "products": list(products),
            }
            call.shop.put("deal", number, row)
            call.applied(dealNo=number)
            return number

    def delete_question(self, key: str | None = None, seq: int = 0) -> None:
        """Delete a question or an inquiry, so that answering it fails."""
        with self.acting(key, "operator", "delete_question") as call:
            kind = "question" if seq in call.shop.questions else "inquiry"
            if seq not in call.shop.table(kind):
                raise SandboxError(f"no question {seq}")
            call.shop.table(kind)[seq].deleted = True
            call.shop.note(kind, seq)
            call.applied(seq=seq)

    def deliver(self, key: str | None = None, bundle_no: int = 0) -> None:
        """Let a shipped bundle arrive now (배송완료)."""
        with self.acting(key, "operator", "deliver") as call:
            bundle = call.shop.find_bundle(bundle_no)
            if bundle.status != "DELIVERY":
                raise SandboxError(f"bundle {bundle_no} is {bundle.status}; only DELIVERY can arrive")
            orders.complete(call.shop, bundle, call.now)
            call.applied(bundleNo=bundle_no)

    def prepare_bundle(
        self,
        key: str | None = None,
        bundle_no: int = 0,
        status: str = "CONFIRM",
        *,
        courier: str = "D002",
        invoice: str = "600000000001",
    ) -> None:
        """Bring a bundle to CONFIRM, DELIVERY or COMPLETE as an operator in the partner centre would."""
        with self.acting(key, "operator", "prepare_bundle") as call:
            steps = ("NEW", "CONFIRM", "DELIVERY", "COMPLETE")
            bundle = call.shop.find_bundle(bundle_no)
            if status not in steps or steps.index(status) <= steps.index(bundle.status):
                raise SandboxError(f"bundle {bundle_no} is {bundle.status}, it cannot become {status}")
            if bundle.status == "NEW":
                bundle.status, bundle.confirm_date = "CONFIRM", call.now
                call.shop.note("bundle", bundle_no)
            if status != "CONFIRM" and bundle.status == "CONFIRM":
                orders.send(bundle, _sending(bundle.method, courier, invoice, call), call.now)
                call.shop.note("bundle", bundle_no)
            if status == "COMPLETE":
                orders.complete(call.shop, bundle, call.now)
            call.applied(bundleNo=bundle_no)

    def move_pickup(self, key: str | None = None, claim_no: int = 0, status: str = "수거중") -> None:
        """Set the pickup of a claim to another state, as its courier would."""
        with self.acting(key, "operator", "move_pickup") as call:
            claim = call.shop.find_claim(claim_no)
            if status not in (claims.WAITING, claims.REQUESTED, "수거중", claims.PICKED_UP, "수거실패"):
                raise SandboxError(f"no such state of a pickup: {status}")
            if claim.pickup is None:
                raise SandboxError(f"claim {claim_no} has no pickup")
            claim.pickup.status = status
            call.shop.note("claim", claim_no)
            call.applied(claimBundleNo=claim_no)

    def hold_cancel(self, key: str | None = None, claim_no: int = 0, detail: str = "보류") -> None:
        """Put an open cancel on hold in the partner centre (취소보류), as some sellers may."""
        with self.acting(key, "operator", "hold_cancel") as call:
            claim = call.shop.find_claim(claim_no)
            if claim.kind != "CANCEL" or claim.status != "REQUEST":
                raise SandboxError(
                    f"claim {claim_no} is a {claim.kind} in {claim.status}; hold takes a CANCEL in REQUEST"
                )
            claim.status, claim.pending_date, claim.pending_detail = "PENDING", call.now, detail
            call.shop.note("claim", claim_no)
            call.applied(claimBundleNo=claim_no, bundleNo=claim.bundle_no)

    def settlement_totals(self, key: str | None, day: date | str) -> SettlementTotals:
        """Return what a sales day pays, counted from orders and claims (won)."""
        with self.lock:
            self.catch_up()
            return settlement.totals(self.find_shop(key), day if isinstance(day, str) else day.isoformat())

    def counts(self, key: str | None = None) -> dict[str, int]:
        """Count the records of one account, or of all when `key` is None."""
        with self.lock:
            self.catch_up()
            shops = self.shops if key is None else (self.find_shop(key),)
            kinds = (*Shop.RECORDS, *Shop.PLAIN)
            found = {kind: sum(len(shop.table(kind)) for shop in shops) for kind in kinds}
            for shop in shops:
                for bundle in shop.bundles.values():
                    name = f"bundle {bundle.status}" if bundle.products else "bundle CANCELLED"
                    found[name] = found.get(name, 0) + 1
            return found


def _sending(method: str, courier: str, invoice: str, call: Call) -> Json:
    if method == "DIRECT":
        return {"shipMethod": method, "scheduleShipDate": call.now[:10]}
    if method == "PARCEL":
        return {"shipMethod": method, "parcelCompanyCode": courier, "invoiceNo": invoice}
    return {"shipMethod": method, "shipMethodMessage": "예시 배송" if method == "ETC" else None}
