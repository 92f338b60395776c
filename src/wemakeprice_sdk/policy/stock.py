"""Stock, sale state and display by SKU (진열/판매상태/재고연동, rules 3.6 and 5.6).

What a SKU may sell = goods on hand − collected, unshipped goods − safety buffer. It goes to the option tied
to the SKU, or is divided among several (`policy.shares`), up to 99,999 each. Options that are not tied, or
whose level cannot be trusted, keep the stock they have, and the list that is sent is always complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.models.codes import DisplayState, ProductStatus, SkuLinkMode
from wemakeprice_sdk.models.products import OptionValue, Product
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import (
    Action,
    ActionKind,
    OptionChange,
    Reason,
    SetDisplay,
    SetOptions,
    SetStatus,
    SetStock,
    Target,
    TargetKind,
)
from wemakeprice_sdk.policy.derived import option_rows, product_status
from wemakeprice_sdk.policy.gates import LinkFlags
from wemakeprice_sdk.policy.plan import PlanNote
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.settings import MAX_STOCK, StockSettings
from wemakeprice_sdk.policy.shares import (
    SHARED_STOCK_WAITS,
    LinkKey,
    Share,
    is_shared,
    several_of,
    shares_of,
)
from wemakeprice_sdk.policy.sku_doubts import ambiguous_in, hold_ambiguous
from wemakeprice_sdk.policy.snapshot import Part, SkuStock, Snapshot

__all__ = ["SkuTarget", "plan_stock", "sku_targets", "verified_links"]


def _why(code: str, rule: str, text: str, text_ko: str) -> Reason:
    return Reason(code, rule, text, text_ko)


_CHANGED = _why(
    "stock-changed", "3.6", "the SKU's sellable stock differs", "SKU의 판매 가능 재고가 달라졌습니다"
)
_SOLD_OUT = _why(
    "sold-out",
    "3.6",
    "nothing is left to sell, which shows as 품절",
    "판매 가능 재고가 없어 품절로 표시합니다",
)
_SHARED_OUT = _why(
    "shared-out",
    "7.8",
    "other links of the SKU offer all that is left of it, so this one shows 품절",
    "같은 SKU의 남은 재고를 다른 연동에서 판매하므로 품절로 표시합니다",
)
_BACK = _why("back-in-stock", "3.6", "there is stock again", "재고가 다시 확보되었습니다")
_STALE = _why(
    "stale-stock",
    "3.6",
    "the stock level is too old to be pushed; the option keeps the stock it has",
    "SKU 재고를 확인한 지 오래되어 기존 재고를 유지합니다. SKU 재고를 다시 조회해 주세요",
)
UNKNOWN_SKU = _why(
    "unknown-sku",
    "3.6",
    "no product is linked to the SKU, so its level goes nowhere",
    "이 SKU와 연동한 상품이 없어 재고를 반영하지 않습니다. SKU 표기를 확인하거나 상품과 연동해 주세요",
)
_IMPORT_ZERO = _why(
    "import-zero",
    "5.6",
    "the product was just linked and its SKU has no stock; a 0 is not pushed until someone confirms it",
    "가져온 직후 SKU 재고가 0이어서 반영하지 않습니다. 재고가 0이 맞는지 확인해 주세요",
)
_NO_ROW = _why(
    "option-missing",
    "3.6",
    "the link names an option that the product does not have",
    "연동한 옵션이 상품에 없습니다. 옵션 연동을 확인해 주세요",
)
_TWICE = _why(
    "option-twice",
    "3.6",
    "the product has two options with the same values; the list cannot be written",
    "옵션값이 중복되어 옵션 목록을 전송할 수 없습니다. 파트너센터에서 중복된 옵션값을 수정해 주세요",
)
_NO_PRODUCT = _why(
    "product-unknown",
    "3.6",
    "the linked product was not read",
    "연동한 상품이 조회 결과에 없습니다. 상품번호를 확인해 주세요",
)
_STOP_WISH = _why("sku-off-sale", "3.6", "the SKU is not on sale", "SKU의 판매상태가 판매중지입니다")
_RESUME_WISH = _why("sku-on-sale", "3.6", "the SKU is on sale", "SKU의 판매상태가 판매중입니다")
_STOP_EMPTY = _why(
    "sold-out-stop",
    "3.6",
    "nothing is left of the product, and the sale is set to stop then",
    "재고가 모두 소진되어 판매를 중지합니다",
)
_FOREIGN_STOP = _why(
    "stopped-elsewhere",
    "3.6",
    "someone else stopped the sale; it is not resumed without them",
    "다른 곳에서 판매를 중지한 상품이므로 자동으로 재개하지 않습니다. "
    "판매하려면 파트너센터에서 재개해 주세요",
)
_SHOW = _why("sku-shown", "3.6", "the SKU is shown", "SKU의 진열상태가 노출입니다")
_HIDE = _why("sku-hidden", "3.6", "the SKU is hidden", "SKU의 진열상태가 비노출입니다")


class SkuTarget(NamedTuple):
    """What one SKU, or one link, should show: `stock` and wishes.

    `stock` is None when it cannot be trusted, and `held` says why. `sold_out` says that nothing is left to
    sell at all, not only by this link.
    """

    sku: str
    stock: int | None
    held: Reason | None
    clamped_from: int | None
    on_sale: bool | None
    display: DisplayState | None
    sold_out: bool = False


@frozen
class SkuTargets:
    """What SKUs should show. A target is made for who asks: a million of them would be most of a plan."""

    levels: Mapping[str, SkuStock]
    _fresh_since: datetime
    _reserved: Mapping[str, int]
    """Units that are not offered, where they are not `buffer`."""
    _buffer: int

    def get(self, sku: str | None) -> SkuTarget | None:
        """Return what a SKU should show, None without a level."""
        row = self.levels.get(sku or "")
        if row is None:
            return None
        if row.as_of < self._fresh_since:
            return SkuTarget(row.sku, None, _STALE, None, None, None)
        free = max(0, row.quantity - self._reserved.get(row.sku, self._buffer))
        if free > MAX_STOCK:
            return SkuTarget(row.sku, MAX_STOCK, None, free, row.on_sale, row.display)
        return SkuTarget(row.sku, free, None, None, row.on_sale, row.display, free == 0)

    def plain_stock(self, sku: str | None) -> int | None:
        """Return the stock of a SKU that has some and no wish beside it, None for any other."""
        row = self.levels.get(sku or "")
        if row is None or row.as_of < self._fresh_since or row.on_sale is not None or row.display is not None:
            return None
        free = row.quantity - self._reserved.get(row.sku, self._buffer)
        return free if 0 < free <= MAX_STOCK else None


def sku_targets(
    snapshot: Snapshot, settings: StockSettings, now: datetime, ambiguous: AbstractSet[str] = frozenset()
) -> SkuTargets:
    """Return what every SKU of the snapshot should show at `now`, but those that are `ambiguous`."""
    now = require_aware(now, "now")
    reserved: dict[str, int] = defaultdict(int, snapshot.reserved_elsewhere)
    as_of = {row.sku: row.as_of for row in snapshot.stock} if snapshot.reservations else {}
    for row in snapshot.reservations:
        # What left since the level was counted still stands in it.
        if row.shipped_at is None or row.shipped_at > as_of.get(row.sku, now):
            reserved[row.sku] += row.quantity
    kept = {sku: units + settings.buffer_of(sku) for sku, units in reserved.items()}
    levels = {row.sku: row for row in snapshot.stock if row.sku not in ambiguous}
    return SkuTargets(levels, now - settings.max_age, {**settings.buffers, **kept}, settings.buffer)


class _Targets(NamedTuple):
    """What links should show: by SKU, but those that share one or are a kit, which stand by themselves."""

    by_sku: SkuTargets
    several: AbstractSet[str]
    by_link: Mapping[LinkKey, SkuTarget]

    def of(self, link: SkuLink) -> SkuTarget | None:
        """Return the target of a link, None without a level."""
        if self.by_link and is_shared(link, self.several):
            return self.by_link.get((link.product_no, link.option_key))
        return self.by_sku.get(link.sku)

    def plain_stock(self, link: SkuLink) -> int | None:
        """Return the stock that a link should show, where nothing else is to be said of it."""
        if not link.syncs or (self.by_link and is_shared(link, self.several)):
            return None
        return self.by_sku.plain_stock(link.sku)


def _link_targets(
    builder: PlanBuilder, snapshot: Snapshot, settings: StockSettings, by_sku: SkuTargets
) -> _Targets:
    """Return what every link should show, with what shared stock leaves to it."""

    def free(sku: str) -> int | None:
        target = by_sku.get(sku)
        return None if target is None or target.held else target.clamped_from or target.stock

    several = several_of(snapshot)
    if not several and not any(link.parts for link in snapshot.links):
        return _Targets(by_sku, several, {})
    shares = shares_of(snapshot, several, builder.gates.config.seller_id, free, settings.shares)
    found: dict[LinkKey, SkuTarget] = {}
    for link in snapshot.links:
        if not is_shared(link, several):
            continue
        key = (link.product_no, link.option_key)
        parts = [target for part in link.needs if (target := by_sku.get(part.sku)) is not None]
        if len(parts) == len(link.needs):
            found[key] = _joined(link, parts, shares.get(key))
            if key in shares and shares[key].waits:
                builder.note(_product(link.product_no), SHARED_STOCK_WAITS)
    return _Targets(by_sku, several, found)


def _joined(link: SkuLink, parts: Sequence[SkuTarget], share: Share | None) -> SkuTarget:
    """Return the target of a link whose SKUs are `parts`: the worst of them, with its own share."""
    name = link.sku or "+".join(part.sku for part in parts)
    held = next((part.held for part in parts if part.held is not None), None)
    if held is not None or share is None:
        return SkuTarget(name, None, held, None, None, None)
    sales, shown = {part.on_sale for part in parts}, {part.display for part in parts}
    clamped = parts[0].clamped_from if not link.parts and share.stock == MAX_STOCK else None
    return SkuTarget(
        name,
        share.stock,
        None,
        clamped,
        False if False in sales else (True if sales == {True} else None),
        parts[0].display if len(shown) == 1 else None,
        any(part.sold_out for part in parts),
    )


def verified_links(
    snapshot: Snapshot, settings: StockSettings, now: datetime
) -> frozenset[tuple[int, tuple[str, ...]]]:
    """Return the fresh links (product number, option key) whose SKU shows sellable stock.

    After a run whoever keeps the links clears `never_pushed` for them: a later 0 is then a true sell-out.
    """
    check_kind("snapshot", snapshot, Snapshot)
    check_kind("settings", settings, StockSettings)
    targets = sku_targets(snapshot, settings, now, ambiguous_in(snapshot))
    return frozenset(
        (link.product_no, link.option_key)
        for link in snapshot.links
        if link.never_pushed
        and link.needs
        and all((target := targets.get(part.sku)) is not None and target.stock for part in link.needs)
    )


def plan_stock(builder: PlanBuilder, snapshot: Snapshot, settings: StockSettings) -> None:
    """Bring stock, sale state and display of every linked product in line with its SKUs, lowest stock first.

    Raises `StaleSnapshotError` when products or stock were read too long ago.
    """
    # A link may only say that Runple ships the product; then no stock is needed.
    if snapshot.stock_at is None and not any(link.syncs for link in snapshot.links):
        return
    if not snapshot.links or not builder.is_open(ActionKind.SET_STOCK, len(snapshot.links)):
        return
    snapshot.require_fresh(Part.PRODUCTS, builder.now, settings.products_max_age)
    snapshot.require_fresh(Part.STOCK, builder.now, settings.max_age)
    ambiguous = ambiguous_in(snapshot)
    hold_ambiguous(builder, snapshot, ambiguous)
    by_sku = sku_targets(snapshot, settings, builder.now, ambiguous)
    targets = _link_targets(builder, snapshot, settings, by_sku)
    links: dict[int, list[SkuLink]] = defaultdict(list)
    for link in snapshot.links:
        links[link.product_no].append(link)
    planned: list[_Planned] = []
    # A stopped sale is resumed when there are goods again.
    may_be_in_line = not settings.stop_when_sold_out
    for product in snapshot.products:
        mine = links.pop(product.product_no, None)
        if mine is None or product_status(product) == ProductStatus.END:
            continue
        if may_be_in_line and _is_in_line(product, mine, targets):
            continue
        entry = _plan_product(builder, product, snapshot, settings, mine, targets)
        if entry is not None:
            planned.append(entry)
    for product_no, left in links.items():
        if any(link.syncs for link in left):
            builder.hold(ActionKind.SET_STOCK, _product(product_no), _NO_PRODUCT)
    _note_silent(builder, snapshot, by_sku.levels, ambiguous)
    planned.sort(key=lambda entry: entry.risk)
    for entry in planned:
        for action in entry.actions:
            builder.add(action, flags=_OPEN)


_OPEN = LinkFlags(sku_link=True, stock_sync=True)


def _note_silent(
    builder: PlanBuilder, snapshot: Snapshot, levels: Mapping[str, SkuStock], ambiguous: AbstractSet[str]
) -> None:
    """Note once how many linked SKUs were given no level: whoever tells of one SKU means only that one."""
    # The flags of a link last: they cost more, and most levels are given.
    silent = {link.sku for link in snapshot.links if link.sku not in levels and link.syncs} - ambiguous
    kits = (link for link in snapshot.links if link.parts and link.syncs)
    silent |= {part.sku for link in kits for part in link.parts if part.sku not in levels}
    silent.discard(None)
    if silent:
        builder.note(Target(TargetKind.ACCOUNT, "stock"), _no_level(len(silent)))


def _no_level(count: int) -> Reason:
    return _why(
        "no-stock-level",
        "3.6",
        f"no stock level was given for {count} linked SKU(s); their options keep the stock they have",
        f"연동한 SKU 중 {count}개는 재고 정보를 받지 않아 기존 재고를 유지합니다",
    )


def unknown_skus(stock: Iterable[SkuStock], links: Iterable[SkuLink]) -> tuple[PlanNote, ...]:
    """Return a note for every level whose SKU no link of the account names, in the order of the levels."""
    known = {part.sku for link in links for part in link.needs}
    return tuple(
        PlanNote(Target(TargetKind.SKU, row.sku), UNKNOWN_SKU) for row in stock if row.sku not in known
    )


@frozen
class _Planned:
    risk: tuple[int, bool, int]
    actions: tuple[Action, ...]


@frozen
class _ProductStock:
    """One product at work; `rows` are its options by their values, empty when it has none."""

    builder: PlanBuilder
    product: Product
    snapshot: Snapshot
    settings: StockSettings
    rows: Mapping[tuple[str, ...], OptionValue]
    keys: Sequence[tuple[str, ...]]

    @property
    def target(self) -> Target:
        return _product(self.product.product_no)

    def current(self, key: tuple[str, ...]) -> int | None:
        if self.rows:
            return self.rows[key].stock_count
        return self.product.sale.stock_count if self.product.sale else None


def _product(product_no: int) -> Target:
    return Target(TargetKind.PRODUCT, str(product_no))


def _is_in_line(product: Product, links: Sequence[SkuLink], targets: _Targets) -> bool:
    """Return whether every link of a product has goods to sell and shows them, and nobody wishes more of it.

    That is so for most products, of which nothing is to be said then; there may be a million of them.
    """
    rows = option_rows(product)
    if rows:
        shown: dict[tuple[str, ...], int | None] = {row.values: row.stock_count for row in rows}
    else:
        shown = {(): product.sale.stock_count if product.sale else None}
    if len(shown) < len(rows):
        return False
    for link in links:
        stock = targets.plain_stock(link)
        if stock is None or stock != shown.get(link.option_key):
            return False
    return True


def _plan_product(
    builder: PlanBuilder,
    product: Product,
    snapshot: Snapshot,
    settings: StockSettings,
    links: Sequence[SkuLink],
    targets: _Targets,
) -> _Planned | None:
    rows = option_rows(product)
    by_key = {row.values: row for row in rows}
    keys = tuple(by_key) or ((),)
    job = _ProductStock(builder, product, snapshot, settings, by_key, keys)
    if len(by_key) < len(rows):
        if any(link.syncs for link in links):
            builder.hold(ActionKind.SET_OPTIONS, job.target, _TWICE)
        return None
    wanted: dict[tuple[str, ...], SkuTarget] = {}
    for link in links:
        key = link.option_key
        if key in by_key or key == keys[0]:
            found = _wanted(job, link, targets)
            if found is not None:
                wanted[key] = found
        elif link.syncs:
            builder.hold(ActionKind.SET_OPTIONS, job.target, _NO_ROW)
    return _changes(job, wanted) if wanted else None


def _wanted(job: _ProductStock, link: SkuLink, targets: _Targets) -> SkuTarget | None:
    target = targets.of(link)
    if not link.syncs:
        # Only a difference is worth a word: a link without sync is a choice, not a fault.
        if target is not None and target.stock not in (None, job.current(link.option_key)):
            flags = LinkFlags(sku_link=link.mode is not SkuLinkMode.NONE, stock_sync=link.stock_sync)
            job.builder.block(ActionKind.SET_STOCK, job.target, flags)
        return None
    kind = ActionKind.SET_OPTIONS if link.option_key else ActionKind.SET_STOCK
    if target is None:
        return None
    if target.held is not None:
        job.builder.hold(kind, job.target, target.held)
        return None
    if target.stock is None:
        return None
    if link.never_pushed and not link.zero_acknowledged and (target.sold_out or target.on_sale is False):
        job.builder.hold(kind, job.target, _IMPORT_ZERO)
        job.builder.alarm(job.target, IssueSeverity.ORDINARY, _IMPORT_ZERO)
        return None
    if target.clamped_from is not None:
        job.builder.note(Target(TargetKind.SKU, target.sku), _clamped(target.clamped_from))
    return target


def _clamped(count: int) -> Reason:
    return _why(
        "stock-clamped",
        "contract P6",
        f"{count} units are more than the marketplace takes; {MAX_STOCK} are shown",
        f"재고 {count:,}개가 등록 한도({MAX_STOCK:,}개)를 넘어 {MAX_STOCK:,}개로 등록합니다",
    )


def _changes(job: _ProductStock, wanted: Mapping[tuple[str, ...], SkuTarget]) -> _Planned | None:
    if job.rows:
        change: tuple[Action | None, int, bool] = _option_change(job, wanted)
    else:
        change = _plain_change(job, wanted[()])
    stock, lowest, falls = change
    actions: list[Action] = [] if stock is None else [stock]
    status = _status(job, wanted, stock)
    if status is not None:
        actions.append(status)
        if status.status == ProductStatus.STOP:
            lowest, falls = 0, True
    display = _display(job, wanted)
    if display is not None:
        actions.append(display)
    if not actions:
        return None
    return _Planned((lowest, not falls, job.product.product_no), tuple(actions))


def _plain_change(job: _ProductStock, target: SkuTarget) -> tuple[SetStock | None, int, bool]:
    current = job.product.sale.stock_count if job.product.sale else None
    wanted = target.stock
    if wanted is None or wanted == current:
        return None, MAX_STOCK, False
    action = SetStock(
        product_no=job.product.product_no,
        stock_count=wanted,
        seen=current,
        reason=_stock_reason(current, target),
        before=_count(current),
        after=str(wanted),
    )
    return action, wanted, current is not None and wanted < current


def _stock_reason(current: int | None, target: SkuTarget) -> Reason:
    if target.stock == 0:
        return _SOLD_OUT if target.sold_out else _SHARED_OUT
    return _BACK if current == 0 else _CHANGED


@frozen
class _RowChange:
    change: OptionChange
    row: OptionValue
    target: SkuTarget

    @property
    def before(self) -> str:
        return _row_text(self.change.option_key, self.row.stock_count, self.row.display_yn)

    @property
    def after(self) -> str:
        stock, shown = self.change.stock_count, self.change.display_yn
        return _row_text(
            self.change.option_key,
            self.row.stock_count if stock is None else stock,
            self.row.display_yn if shown is None else shown,
        )

    @property
    def reason(self) -> Reason:
        stock = self.change.stock_count
        if stock is None:
            return _SHOW if self.change.display_yn else _HIDE
        off_sale = self.target.on_sale is False and self.target.stock != 0
        return _STOP_WISH if off_sale else _stock_reason(self.row.stock_count, self.target)

    @property
    def falls(self) -> bool:
        stock = self.change.stock_count
        return stock is not None and stock < (self.row.stock_count or 0)

    @property
    def lowest(self) -> int:
        return MAX_STOCK if self.change.stock_count is None else self.change.stock_count


def _row_change(key: tuple[str, ...], row: OptionValue, target: SkuTarget) -> _RowChange | None:
    stock = 0 if target.on_sale is False else target.stock
    shown = None if target.display is None else target.display == DisplayState.SHOWN
    new_stock = stock if stock != row.stock_count else None
    new_shown = shown if shown != row.display_yn else None
    if new_stock is None and new_shown is None:
        return None
    return _RowChange(OptionChange(key, new_stock, new_shown, row.stock_count), row, target)


def _option_change(
    job: _ProductStock, wanted: Mapping[tuple[str, ...], SkuTarget]
) -> tuple[SetOptions | None, int, bool]:
    found = [
        change
        for key, row in job.rows.items()
        if key in wanted and (change := _row_change(key, row, wanted[key])) is not None
    ]
    if not found:
        return None, MAX_STOCK, False
    first = min(found, key=lambda change: change.lowest)
    action = SetOptions(
        product_no=job.product.product_no,
        changes=tuple(change.change for change in found),
        reason=first.reason,
        before="; ".join(change.before for change in found),
        after="; ".join(change.after for change in found),
    )
    return action, first.lowest, any(change.falls for change in found)


def _row_text(key: tuple[str, ...], stock: int | None, shown: bool | None) -> str:
    hidden = " hidden" if shown is False else ""
    return f"{'/'.join(key)}={_count(stock)}{hidden}"


def _count(stock: int | None) -> str:
    return "?" if stock is None else str(stock)


def _status(
    job: _ProductStock,
    wanted: Mapping[tuple[str, ...], SkuTarget],
    stock: Action | None,
) -> SetStatus | None:
    status = product_status(job.product)
    if status not in (ProductStatus.SALE, ProductStatus.STOP):
        return None
    reason, wish = _sale_wish(job, wanted)
    if reason is None or wish == status:
        return None
    if wish == ProductStatus.SALE and not _may_resume(job):
        job.builder.hold(ActionKind.SET_STATUS, job.target, _FOREIGN_STOP)
        return None
    return SetStatus(
        product_no=job.product.product_no,
        status=wish,
        reason=reason,
        before=status.korean if status else "",
        after=wish.korean,
        depends_on=(stock.key,) if stock is not None and wish == ProductStatus.SALE else (),
    )


def _may_resume(job: _ProductStock) -> bool:
    return job.settings.resume_foreign_stops or job.product.product_no in job.snapshot.stopped_by_us


def _sale_wish(
    job: _ProductStock,
    wanted: Mapping[tuple[str, ...], SkuTarget],
) -> tuple[Reason | None, ProductStatus]:
    complete = all(key in wanted for key in job.keys)
    if complete and all(target.on_sale is False for target in wanted.values()):
        return _STOP_WISH, ProductStatus.STOP
    if job.settings.stop_when_sold_out:
        if not any(_left(job, wanted)):
            return _STOP_EMPTY, ProductStatus.STOP
        if job.product.product_no in job.snapshot.stopped_by_us:
            return _BACK, ProductStatus.SALE
    if any(target.on_sale for target in wanted.values()):
        return _RESUME_WISH, ProductStatus.SALE
    return None, ProductStatus.SALE


def _left(
    job: _ProductStock,
    wanted: Mapping[tuple[str, ...], SkuTarget],
) -> Iterable[bool]:
    for key in job.keys:
        target = wanted.get(key)
        if target is None:
            # A level that was not read is no sell-out.
            yield job.current(key) != 0
        else:
            yield target.on_sale is not False and bool(target.stock)


def _display(job: _ProductStock, wanted: Mapping[tuple[str, ...], SkuTarget]) -> SetDisplay | None:
    basic = job.product.basic
    wishes = [wanted[key].display for key in job.keys if key in wanted]
    if basic is None or len(wishes) < len(job.keys) or any(wish is None for wish in wishes):
        return None
    shown = next((wish for wish in wishes if wish == DisplayState.SHOWN), wishes[0])
    if shown is None or shown == basic.display_yn:
        return None
    return SetDisplay(
        product_no=job.product.product_no,
        display_yn=shown,
        reason=_SHOW if shown == DisplayState.SHOWN else _HIDE,
        before=basic.display_yn.korean if basic.display_yn else "",
        after=shown.korean,
    )
