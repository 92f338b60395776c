"""The job that closes a shop: stop every sale that can be stopped, and prove it (판매채널 정리, rule 7.9)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field

from wemakeprice_sdk.client.paging import windows_of, windows_of_months
from wemakeprice_sdk.errors import NotFoundError
from wemakeprice_sdk.ledger.parameters import batches
from wemakeprice_sdk.models import JsonValue, ListResult, Product, ProductStatus
from wemakeprice_sdk.models.codes import DealStatus, RecordKind
from wemakeprice_sdk.policy.derived import product_status
from wemakeprice_sdk.policy.snapshot import Snapshot
from wemakeprice_sdk.runner._async.job_run import AsyncJobRun
from wemakeprice_sdk.runner._async.ledger_run import name_of
from wemakeprice_sdk.runner._async.orders import in_flight
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all
from wemakeprice_sdk.wire.windows import Window

_WIDTH: Final = timedelta(days=31)
_AT_ONCE: Final = 100
"""So many products are read, stopped and read again before progress is kept: a run that was killed looks at
no more than these a second time."""
_ENDED: Final = (ProductStatus.STOP, ProductStatus.END)


@define
class AsyncWindDown:
    """One wind-down: what was stopped, what still sells, what was never read.

    A run that was killed or stopped goes on where it was. One that came to its end forgets how far it was, so
    that the next proves everything anew.
    """

    run: AsyncJobRun
    since: datetime
    off_sale: set[int] = field(factory=set)
    """Products that this wind-down stopped and that were read as stopped afterwards."""
    already_off: set[int] = field(factory=set)
    """Products that sold nothing any more when they were read, or are gone."""
    on_sale: dict[int, str] = field(factory=dict)
    """Products that could not be stopped, with the reason."""
    deals: list[int] = field(factory=list)
    _windows: set[str] = field(factory=set)

    async def carry_out(self, given: Iterable[int]) -> None:
        """Stop what the seller's export and the ledger name, then what the marketplace lists."""
        await self._resume()
        await self._stop_all({*given, *await self._in_ledger()})
        for window in windows_of(self.since, self.run.now, _WIDTH, timedelta(0)):
            await self.run.step()
            if _name(window) not in self._windows:
                await self._stop_window(window)
        await self._list_deals()
        await self._keep({})

    async def _resume(self) -> None:
        kept = await self.run.context.ledger.progress(self.run.account, self._job) or {}
        self.off_sale, self.already_off = (_numbers(kept.get(name)) for name in ("off_sale", "already_off"))
        windows = kept.get("windows")
        self._windows = {str(name) for name in windows} if isinstance(windows, list) else set()

    @property
    def _job(self) -> str:
        return f"wind_down/{self.since.isoformat()}"

    async def _keep(self, body: Mapping[str, JsonValue] | None = None) -> None:
        lease = await self.run.keep_lease()
        if lease is None:
            return
        if body is None:
            body = {
                "off_sale": [*sorted(self.off_sale)],
                "already_off": [*sorted(self.already_off)],
                "windows": [*sorted(self._windows)],
            }
        await self.run.context.ledger.put_progress(lease, self._job, dict(body), self.run.now)

    async def _in_ledger(self) -> set[int]:
        ledger, account = self.run.context.ledger, self.run.account
        numbers = {link.product_no for link in await ledger.links(account)}
        return numbers | {int(key) for key in await ledger.keys(account, RecordKind.PRODUCT)}

    async def _stop_window(self, window: Window) -> None:
        rows = []
        pager = self.run.context.client.products.iter(window.start, window.end)
        try:
            async for row in pager:
                await self.run.step()
                rows.append(row)
        except TARGET_ERRORS as error:
            if concerns_all(error):
                raise
            self.run.note_unread(f"products registered {_name(window)}", error)
            return
        self.run.note_rows(RecordKind.PRODUCT, ListResult(rows, pager.unread))
        await self._stop_all({row.product_no for row in rows})
        # In a window that is not over yet more will be registered; a row that was not read may be on sale.
        if window.end <= self.run.now - self.run.context.settings.overlap and not pager.unread:
            self._windows.add(_name(window))
            await self._keep()

    async def _stop_all(self, numbers: Iterable[int]) -> None:
        left = sorted({*numbers} - self.off_sale - self.already_off)
        for some in batches(left, _AT_ONCE):
            await self._stop(some)
            await self._keep()
            self.run.tell("stop", len(self.off_sale) + len(self.already_off))

    async def _stop(self, numbers: Iterable[int]) -> None:
        run = self.run
        products = [product async for product in self._read(numbers)]
        selling = [product for product in products if product_status(product) not in _ENDED]
        self.already_off |= {product.product_no for product in products} - {row.product_no for row in selling}
        snapshot = Snapshot(products_at=run.now, products=tuple(selling), in_flight=await in_flight(run))
        plan = run.context.policy.plan_wind_down(snapshot, run.now)
        await run.act(plan)
        if run.dry_run:
            return
        why = {result.target.id: f"{result.state} {result.detail}".strip() for result in run.results}
        why |= {held.target.id: held.reason.text for held in plan.held}
        async for product in self._read(row.product_no for row in selling):
            number = product.product_no
            if product_status(product) in _ENDED:
                self.off_sale.add(number)
            else:
                self.on_sale[number] = f"still on sale; {why.get(str(number), 'not stopped')}"

    async def _read(self, numbers: Iterable[int]) -> AsyncIterator[Product]:
        """Yield the products that can be read; what is gone sells nothing."""
        for number in numbers:
            await self.run.step()
            try:
                product = await self.run.context.client.products.get(number)
            except NotFoundError:
                self.already_off.add(number)
                continue
            except TARGET_ERRORS as error:
                if concerns_all(error):
                    raise
                self.on_sale[number] = f"not read: {name_of(error)}"
                continue
            self.on_sale.pop(number, None)
            yield product

    async def _list_deals(self) -> None:
        """Name the deals that still stand: the contract has no call that ends one."""
        for window in windows_of_months(self.since, self.run.now, timedelta(0)):
            rows = []
            pager = self.run.context.client.deals.iter(window.start, window.end)
            try:
                async for row in pager:
                    await self.run.step()
                    rows.append(row)
            except TARGET_ERRORS as error:
                if concerns_all(error):
                    raise
                self.run.note_unread(f"deals registered {_name(window)}", error)
            # Also of a window that broke off: what was read of it stands, and so does what was not.
            self.run.note_rows(RecordKind.DEAL, ListResult(rows, pager.unread))
            ended = (DealStatus.STOP, DealStatus.END)
            self.deals += [row.deal_no for row in rows if row.deal_status_name not in ended]


def _name(window: Window) -> str:
    return f"{window.start:%Y-%m-%d %H:%M:%S}..{window.end:%Y-%m-%d %H:%M:%S}"


def _numbers(value: JsonValue) -> set[int]:
    return {number for number in value if isinstance(number, int)} if isinstance(value, list) else set()
