"""A wrong kind of argument is refused at the door, by name: `sku_link="none"` once passed every `is`.

The doors are found by their annotations, so a new one that does not check fails here.
"""

from __future__ import annotations

import asyncio
import enum
import importlib
import inspect
import re
import typing
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any

import attrs
import pytest

from wemakeprice_sdk import catalogue, checks, clock, config, excel, ledger, models, policy, runner, secrets
from wemakeprice_sdk.client import AsyncWemakepriceClient, WemakepriceClient
from wemakeprice_sdk.client.gating import gate_of
from wemakeprice_sdk.config.contacts import HasContacts
from wemakeprice_sdk.excel.target import Account
from wemakeprice_sdk.files import FileLimits
from wemakeprice_sdk.models import Product
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.policy import gates
from wemakeprice_sdk.policy.imports import links_of
from wemakeprice_sdk.runner.sources.files import ColumnMapping

CHANNEL = config.ChannelConfig(
    "shop",
    "상점",
    api_key="k" * 64,
    onboarding=config.OnboardingState.COMPLETE,
    switches=config.Switches(wind_down=True),
)
NOW = datetime(2026, 3, 4, tzinfo=clock.KST)
CIPHER = secrets.AesGcmCipher.single(secrets.generate_key())
OFFLINE = "http://127.0.0.1:9"
WRONG = "none"

CHECKED = (
    Account,
    AsyncWemakepriceClient,
    WemakepriceClient,
    clock.BusinessCalendar,
    clock.Clock,
    config.ChannelConfig,
    config.ChannelRegistry,
    config.Issue,
    excel.ColumnBook,
    excel.DealImport,
    excel.ImportRegistry,
    excel.ImportTarget,
    excel.Preview,
    excel.ProductImport,
    excel.SkuChoice,
    FileLimits,
    HasContacts,
    catalogue.CatalogueProduct,
    catalogue.CatalogueReferences,
    catalogue.CatalogueShelf,
    catalogue.ImageSettings,
    catalogue.MergePolicy,
    catalogue.Provenance,
    excel.ProductRecord,
    ledger.Ledger,
    policy.CancelStrategy,
    policy.ClaimSettings,
    policy.DispatchSettings,
    policy.LinkFlags,
    policy.OrderSettings,
    policy.PolicySettings,
    policy.RetentionPolicy,
    policy.SalePeriodSettings,
    policy.SettlementFacts,
    policy.SettlementTerms,
    policy.AllocationSettings,
    policy.BankRecords,
    policy.CommissionRules,
    policy.DeliveryDating,
    policy.Shipment,
    policy.Snapshot,
    policy.StockSettings,
    policy.SyncPlan,
    policy.SyncPolicy,
    policy.TemplateSettings,
    runner.RunnerSettings,
    runner.StopSwitch,
)

# Built by the library and handed out, or answered by the caller's own class.
RESULTS = {
    "ActionResult", "Alarm", "Blocked", "ClosedGate", "GateReport", "GateRow", "Held", "JobProgress",
    "JobReport", "PlanNote", "ReconciledRow", "Reconciliation", "RetentionReport", "SettlementReport",
    "Target", "CancelRequest", "ImportProgress", "ImportTarget", "Inspection", "OptionRecord", "Preview",
    "PreviewRow", "Problem", "ProductImport", "ProductRecord", "DealRecord", "RowResult", "ImportPlan",
    "OrderArchiveEntry", "CommitReport", "Parsed", "ParsedDeal", "LeftOutRow", "ClaimRow", "SettlementOrderRow",
    "VerdictReason", "WindDownReport", "AccountStatus", "HeldTarget", "LastRun",
    "SettlementShippingRow", "Allocated", "Allocation", "PayableState", "TransferState", "PayoutTotal",
    "BusinessReconciliation", "SettlementSum", "SettlementBreakdown", "StatementNote", "MergedStatements",
    "StatementReading", "InterestLine", "OpenTie",
    "ChangeBatch", "FactContradiction", "FactOrigin", "SourceFile", "SourcePreview", "SourceReport", "SourceState",
    "ThreeWayLine", "ErasureItem", "ErasurePreview", "ErasureReport", "RetentionLine", "DestructionNote",
    "RegisterEntry", "RegisterReport", "RegisterVerdict", "FolderRetention", "RetentionDates", "RetentionDue",
}  # fmt: skip
# These name their fields in a `ConfigError`, all of them at once, instead.
CONFIGURATION = {name for name in config.__all__ if attrs.has(getattr(config, name))}
# The catalogue is data: its builders and readers check what they are given, and settings name their own faults.
# What an action is made of was decided by the policy.
CATALOGUE = {name for name in catalogue.__all__ if attrs.has(getattr(catalogue, name))}
ACTIONS = {name for name in policy.__all__ if name in policy.actions.__all__} - {"Shipment"}
NO_CONSTRUCTORS = RESULTS | CONFIGURATION | ACTIONS | CATALOGUE
# Texts are read here: a word of the switch or its Korean name.
TEXT_TOO = {("Switches.covers_cs", "kind")}


def client(cls: type[Any] = WemakepriceClient) -> Any:
    return cls("k" * 64, base_url=OFFLINE)


def made_runner(cls: type[Any] = runner.ChannelRunner, wanted: type[Any] = WemakepriceClient) -> Any:
    return cls(client(wanted), ledger.MemoryLedger(CIPHER), policy.SyncPolicy(CHANNEL))


MIGRATOR = excel.ExcelMigrator(CHANNEL)


@cache
def preview() -> excel.Preview:
    return MIGRATOR.preview_rows([], kind=excel.ExportKind.PRODUCTS)


@cache
def shelf() -> catalogue.FileShelf:
    return catalogue.FileShelf()


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    preview().close()
    shelf().close()


OWNERS: dict[type[Any], Callable[[], Any]] = {
    runner.ChannelRunner: made_runner,
    runner.AsyncChannelRunner: lambda: made_runner(runner.AsyncChannelRunner, AsyncWemakepriceClient),
    runner.BackOffice: lambda: runner.BackOffice(ledger.MemoryLedger(CIPHER), CHANNEL),
    runner.AsyncBackOffice: lambda: runner.AsyncBackOffice(ledger.MemoryLedger(CIPHER), CHANNEL),
    runner.LedgerTarget: lambda: runner.LedgerTarget(ledger.MemoryLedger(CIPHER), "shop"),
    policy.SyncPolicy: lambda: policy.SyncPolicy(CHANNEL),
    policy.SyncPlan: lambda: policy.SyncPlan(seller_id="shop", made_at=NOW),
    policy.Snapshot: policy.Snapshot,
    policy.Reconciler: lambda: policy.Reconciler("shop", NOW.date()),
    policy.Reconciliation: lambda: policy.reconcile("shop", policy.SettlementFacts(), NOW.date()),
    excel.ExcelMigrator: lambda: MIGRATOR,
    excel.ColumnBook: excel.ColumnBook.default,
    excel.ImportPlan: lambda: excel.select(preview(), sku=excel.SkuChoice(SkuLinkMode.NONE)),
    excel.Preview: preview,
    config.ChannelRegistry: config.ChannelRegistry,
    catalogue.FileShelf: shelf,
    catalogue.MemoryShelf: catalogue.MemoryShelf,
}
GIVEN: dict[type[Any], Callable[[], Any]] = {
    WemakepriceClient: client,
    AsyncWemakepriceClient: lambda: client(AsyncWemakepriceClient),
    config.ChannelConfig: lambda: CHANNEL,
    config.Business: lambda: config.Business("123-45-67891", ("shop",)),
    HasContacts: lambda: CHANNEL,
    ledger.Ledger: lambda: ledger.MemoryLedger(CIPHER),
    policy.SyncPolicy: lambda: policy.SyncPolicy(CHANNEL),
    policy.Snapshot: policy.Snapshot,
    policy.SettlementFacts: policy.SettlementFacts,
    policy.StockSettings: policy.StockSettings,
    policy.Shipment: lambda: policy.Shipment(policy.actions.base.ShipMethod.DIRECT),
    policy.ActionKind: lambda: policy.ActionKind.SET_STOCK,
    excel.ExportKind: lambda: excel.ExportKind.PRODUCTS,
    excel.Preview: preview,
    Product: lambda: Product(product_no=1),
    catalogue.CatalogueProduct: lambda: catalogue.CatalogueProduct(product_no=1),
    catalogue.Provenance: lambda: catalogue.Provenance(kind=catalogue.SourceKind.API),
    excel.ProductRecord: lambda: excel.ProductRecord(1, "name"),
    Account: lambda: CHANNEL,
    SkuLinkMode: lambda: SkuLinkMode.NONE,
    datetime: lambda: NOW,
    str: lambda: "x.toml",
    policy.RetentionPolicy: policy.RetentionPolicy,
    policy.RetentionPeriod: lambda: policy.RetentionPeriod(days=1),
    runner.ErasurePreview: lambda: runner.ErasurePreview(
        account="shop", target="person", records=(), items=()
    ),
    policy.Reason: lambda: policy.Reason("code", "0.0", "text", "글"),
}


def kinds(hint: object) -> list[type[Any]]:
    if typing.get_origin(hint) in (typing.Union, UnionType):
        return [kind for part in typing.get_args(hint) for kind in kinds(part)]
    return [hint] if isinstance(hint, type) else []


def checked(hint: object) -> type[Any] | None:
    """Return the class that an argument has to be of; None where several would do, or it is not checked."""
    found = [kind for kind in kinds(hint) if kind is not type(None)]
    if len(found) != 1 or not found[0].__module__.startswith("wemakeprice_sdk"):
        return None
    return found[0] if found[0] in CHECKED or issubclass(found[0], enum.Enum) else None


def callables(room: Any) -> Iterator[tuple[str, Any, type[Any] | None]]:
    for name in room.__all__:
        thing = getattr(room, name)
        if not inspect.isclass(thing):
            if inspect.isfunction(thing):
                yield name, thing, None
            continue
        if issubclass(thing, enum.Enum | BaseException) or getattr(thing, "_is_protocol", False):
            continue
        if name not in NO_CONSTRUCTORS and thing.__init__ is not object.__init__:
            yield name, thing, None
        for member, function in inspect.getmembers(thing, inspect.isfunction):
            if not member.startswith("_") and (thing in OWNERS or name not in NO_CONSTRUCTORS):
                yield f"{name}.{member}", function, thing


@cache
def named_for_checkers() -> dict[str, Any]:
    """Return the public names: a module may import some of them for type checkers only."""
    rooms = (config, excel, ledger, models, policy, runner)
    names = {name: getattr(room, name) for room in rooms for name in room.__all__}
    return {"ColumnMapping": ColumnMapping, **names}


def hints_of(function: Any) -> dict[str, Any]:
    """Return the types of the parameters; the package writes them as text."""
    home = {**named_for_checkers(), **vars(importlib.import_module(function.__module__))}
    if attrs.has(function):
        texts = {field.name: field.type for field in attrs.fields(function) if field.init}
    else:
        texts = (function.__init__ if inspect.isclass(function) else function).__annotations__
    return {name: evaluated(text, home) for name, text in texts.items() if name != "return"}


def evaluated(text: Any, home: dict[str, Any]) -> Any:
    try:
        return eval(text, home) if isinstance(text, str) else text
    except TypeError:
        return None  # a union with an alias that is a text itself: several kinds, so not one to check


def doors() -> Iterator[Any]:
    found: dict[tuple[str, str], tuple[Any, type[Any] | None, type[Any]]] = {}
    more = (("gates.explain", gates.explain), ("gates.check", gates.check), ("gates.require", gates.require))
    rows = [row for room in (runner, policy, excel, config, catalogue) for row in callables(room)]
    rows += [(name, function, None) for name, function in more]
    rows += [("links_of", links_of, None)]
    for name, function, owner in rows:
        for parameter, hint in hints_of(function).items():
            kind = checked(hint)
            if kind is not None and (name, parameter) not in TEXT_TOO:
                found.setdefault((name, parameter), (function, owner, kind))
    for (name, parameter), (function, owner, kind) in sorted(found.items(), key=lambda row: row[0]):
        yield pytest.param(function, owner, parameter, kind, id=f"{name}-{parameter}")


def wrong_call(function: Any, owner: type[Any] | None, parameter: str) -> Any:
    values: dict[str, Any] = {}
    hints = hints_of(function)
    for name, wanted in inspect.signature(function).parameters.items():
        if name == "self" or wanted.default is not inspect.Parameter.empty:
            continue
        if wanted.kind is inspect.Parameter.VAR_POSITIONAL:
            continue
        known = [GIVEN[kind]() for kind in kinds(hints.get(name)) if kind in GIVEN]
        rows = typing.get_origin(hints.get(name)) is Iterable
        values[name] = known[0] if known else () if rows else 1
    values[parameter] = WRONG
    positional = [
        values.pop(name)
        for name, wanted in inspect.signature(function).parameters.items()
        if wanted.kind is inspect.Parameter.POSITIONAL_ONLY and name in values
    ]
    if owner is not None:
        positional.insert(0, OWNERS[owner]())
    result = function(*positional, **values)
    if inspect.iscoroutine(result):
        return asyncio.run(result)
    return list(result) if inspect.isgenerator(result) else result


@pytest.mark.parametrize(("function", "owner", "parameter", "kind"), list(doors()))
def test_a_door_names_parameter_and_expected_kind(
    function: Any, owner: type[Any] | None, parameter: str, kind: type[Any]
) -> None:
    expected = (
        rf"^{re.escape(parameter)} takes an? {kind.__name__}(, such as .+)?, not a str(, which has no \w+)?$"
    )
    with pytest.raises(TypeError, match=expected):
        wrong_call(function, owner, parameter)


def test_the_doors_that_were_once_open_are_found() -> None:
    found = {row.id for row in doors()}
    assert {
        "ChannelRunner.import_products-sku_link",
        "AsyncChannelRunner.import_products-sku_link",
        "ProductCandidate-sku_link",
        "SkuChoice-link",
        "SyncPolicy-config",
        "SyncPolicy.plan-snapshot",
        "dumps_registry-registry",
    } <= found


CLIENT_OPTIONS = {
    "timeout": "Timeouts",
    "connection_limits": "ConnectionLimits",
    "retry": "RetryPolicy",
    "throttle": "ThrottlePolicy",
    "verification": "VerificationPolicy",
    "overrides": "WireOverrides",
    "input_limits": "InputLimits",
    "hooks": "Hooks",
    "clock": "Clock",
}


@pytest.mark.parametrize("cls", [WemakepriceClient, AsyncWemakepriceClient])
@pytest.mark.parametrize(("option", "kind"), CLIENT_OPTIONS.items())
def test_a_client_names_option_and_expected_kind(cls: Any, option: str, kind: str) -> None:
    with pytest.raises(TypeError, match=rf"^{option} takes an? {kind}, not a str(, which has no \w+)?$"):
        cls("k" * 64, base_url=OFFLINE, **{option: WRONG})


@pytest.mark.parametrize("door", [gate_of, WemakepriceClient.from_config, AsyncWemakepriceClient.from_config])
def test_a_client_takes_the_settings_of_one_account(door: Any) -> None:
    with pytest.raises(TypeError, match=r"^config takes a ChannelConfig, not a str$"):
        door(WRONG)


@pytest.mark.parametrize(
    ("value", "said"), [(None, "a NoneType"), (policy.SyncPolicy, "the class SyncPolicy")]
)
def test_a_required_argument_is_neither_none_nor_a_class(value: Any, said: str) -> None:
    with pytest.raises(TypeError, match=f"^policy takes a SyncPolicy, not {said}$"):
        runner.ChannelRunner(client(), ledger.MemoryLedger(CIPHER), value)


def test_a_class_that_has_the_methods_is_no_ledger() -> None:
    wrong: Any = ledger.MemoryLedger
    with pytest.raises(
        TypeError, match=r"^ledger takes a Ledger, such as SqliteLedger\(.*\), not the class MemoryLedger$"
    ):
        runner.ChannelRunner(client(), wrong, policy.SyncPolicy(CHANNEL))


@pytest.mark.parametrize(
    ("kinds", "value", "said"),
    [
        ((int, float), "5", "rate takes a whole number (int) or a number (float), not a str"),
        ((str,), 5, "rate takes text (str), not an int"),
        ((policy.ActionKind,), policy.PlanPart.CLAIMS, "rate takes an ActionKind, not a PlanPart"),
        ((ledger.Ledger,), 5, "rate takes a Ledger, not an int, which has no exists"),
    ],
)
def test_one_wording_for_every_kind(kinds: tuple[type[Any], ...], value: object, said: str) -> None:
    with pytest.raises(TypeError) as caught:
        checks.check_kind("rate", value, *kinds)
    assert str(caught.value) == said


@pytest.mark.parametrize("seller_id", [5, None])
def test_an_account_has_a_seller_id_that_is_text(seller_id: object) -> None:
    class Shop:
        def __init__(self) -> None:
            self.seller_id = seller_id

    shop: Any = Shop()
    with pytest.raises(TypeError, match=r"^account\.seller_id takes text \(str\), not an? "):
        excel.ExcelMigrator(shop)


def test_a_proxy_of_a_ledger_is_a_ledger() -> None:
    class Proxy:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    proxy: Any = Proxy(ledger.MemoryLedger(CIPHER))
    assert runner.ChannelRunner(client(), proxy, policy.SyncPolicy(CHANNEL)).ledger is proxy


@pytest.mark.parametrize("given", [{"jobs": ["claims"]}, {"jobs": [policy.ActionKind.SET_STOCK]}])
def test_every_member_of_a_list_is_checked(given: Any) -> None:
    with pytest.raises(TypeError, match=r"^jobs takes a PlanPart, not a"):
        policy.SyncPolicy(CHANNEL).plan(policy.Snapshot(), NOW, **given)


def test_lists_of_kinds_plans_and_choices_are_checked() -> None:
    wrong: Any = ["set-stock"]
    plan = policy.SyncPlan(seller_id="shop", made_at=NOW)
    with pytest.raises(TypeError, match=r"^kinds takes an ActionKind, not a str$"):
        plan.filter(kinds=wrong)
    with pytest.raises(TypeError, match=r"^plans takes a SyncPlan, not a str$"):
        policy.merge_plans(wrong)
    with pytest.raises(TypeError, match=r"^per_product takes a SkuChoice, not a str$"):
        excel.select(preview(), per_product={1: wrong[0]})
