# Generated from runner/_async by scripts/unasync.py; edit that one.
"""The job on sale periods (판매기간 자동연장)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from wemakeprice_sdk.errors import MaintenanceError
from wemakeprice_sdk.ledger.parameters import batches
from wemakeprice_sdk.models import Product
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.policy.actions import extension_key
from wemakeprice_sdk.policy.sale_period import dawn_of
from wemakeprice_sdk.policy.snapshot import Snapshot
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner._sync.orders import in_flight
from wemakeprice_sdk.runner._sync.stock import read_products
from wemakeprice_sdk.runner.conversion import due_soon

_PAUSE = timedelta(minutes=1)
"""How long to wait in a maintenance that nobody announced. Shorter would ask a server that is away all the
time; longer would lose dawn, which is a few hours."""
_AT_ONCE = 20
"""So many products are read, then extended. A batch that maintenance cuts off is read again as a whole, so
a bigger one would repeat more reads."""
_REFRESH = timedelta(days=3)
"""So old may the ledger's word on a product be that its sale period is not looked at: less than the shortest
threshold, so that a period shortened in the partner centre is found in time."""


def extend_sale_periods(run: JobRun) -> bool:
    """Extend what ends too soon, once per product and dawn (규칙 3.7); False when maintenance is too long.

    A batch that meets a maintenance window, announced or not, waits and goes on.
    """
    context = run.context
    rules = context.config.sale_period
    now = run.now
    horizon = now + rules.threshold + timedelta(days=1)
    records = context.ledger.records(run.account, RecordKind.PRODUCT)
    looked_at = [due_soon(row, horizon, old=now - _REFRESH, ended=rules.ended) for row in records]
    soonest_first = sorted(row for row in looked_at if row is not None)
    waited = timedelta()
    for some in batches([number for _, number in soonest_first], _AT_ONCE):
        while not _extend(run, some):
            left = _away(run)
            waited += left
            if run.dry_run or waited > context.settings.max_wait:
                return False
            run.tell("maintenance", int(waited.total_seconds()))
            run.wait(left.total_seconds())
    return True


def _away(run: JobRun) -> timedelta:
    """Return how long to wait: to the end of an announced maintenance, else a while."""
    dawn = dawn_of(run.context.config, run.now)
    return dawn.opens - run.now if dawn.in_maintenance else _PAUSE


def _extend(run: JobRun, numbers: Sequence[int]) -> bool:
    """Read some products and extend them; False when the marketplace is away just now.

    What was extended before it went away is not extended again: the ledger knows.
    """
    context = run.context
    day = dawn_of(context.config, run.now)
    if day.in_maintenance and not run.dry_run:
        return False
    products_at = run.now
    try:
        products = read_products(run, numbers)
        snapshot = Snapshot(
            products_at=products_at,
            products=products,
            last_extension=_extended(run, products, day.day),
            in_flight=in_flight(run),
        )
        run.act(context.policy.plan_sale_periods(snapshot, run.now))
    except MaintenanceError:
        return False
    return run.dry_run or not run.drop_unsent()


def _extended(run: JobRun, products: Iterable[Product], day: date) -> dict[int, date]:
    context = run.context
    keys = {extension_key(row.product_no, day): row.product_no for row in products}
    done = context.ledger.is_done(run.account, keys)
    return {keys[key]: day for key in done}
