"""A migrator, and a target that remembers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

from excel_kit import MemoryTarget, Shop

from wemakeprice_sdk.excel import ExcelMigrator
from wemakeprice_sdk.files import FileLimits

# A busy machine is no reason for a test to fail.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def target() -> MemoryTarget:
    return MemoryTarget()


@pytest.fixture
def migrator(target: MemoryTarget) -> ExcelMigrator:
    return ExcelMigrator(Shop(), registry=target)


@pytest.fixture
def bounded(target: MemoryTarget) -> Callable[..., ExcelMigrator]:
    return lambda **limits: ExcelMigrator(Shop(), registry=target, limits=FileLimits(**limits))
