"""Shipping templates against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from kit import (
    START,
    Shop,
    imported,
    open_shop,
    product,
)

from wemakeprice_sdk.policy.snapshot import TemplateDelete


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def test_templates_are_kept_and_one_in_use_is_not_forgotten(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=90))
    imported(shop)
    kept = [int(row.key) for row in shop.ledger.records("shop", "template")]
    assert kept
    report = shop.runner().templates(deletes=[TemplateDelete(kept[0])])
    assert report.plan is not None
    assert report.plan.held or report.plan.is_empty
    assert shop.ledger.processed("shop", "template-deleted", [str(kept[0])]) == frozenset()
