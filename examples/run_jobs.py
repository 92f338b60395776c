"""Runs jobs for the accounts of a registry: what cron, Kubernetes or an operator starts.

    python run_jobs.py collect_orders claims ship --parcels parcels.csv --picked picked.csv

Where things are stands in the environment: JOBS_REGISTRY, the file of accounts; JOBS_KEYS, the file of the
key ring (without it the ring itself is read from WEMAKEPRICE_SECRET_KEYS); JOBS_LEDGER, a file or a
postgresql:// URL; JOBS_GAP, the seconds between two calls for one account (0.1 without it).

The exit code is the worst verdict: 0 done; 1 an operator has to look; 75 not finished, start it again later;
78 a setting or a file is wrong, so that nothing was begun (for that account). 2 is a wrong command line.
"""

from __future__ import annotations

import argparse
import csv
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, Self, TypeVar

from attrs import field, frozen

from wemakeprice_sdk import errors
from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.config import ChannelRegistry, load_registry
from wemakeprice_sdk.ledger import Ledger, PostgresLedger, SqliteLedger
from wemakeprice_sdk.models import ShipMethod, couriers
from wemakeprice_sdk.policy.actions import Shipment
from wemakeprice_sdk.policy.snapshot import PendingShipment, PickedLine, SkuStock
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, JobReport, JobVerdict, Skipped, StopSwitch, reason_of_error
from wemakeprice_sdk.secrets import (
    Cipher,
    RedactingFilter,
    SecretStr,
    cipher_from_env,
    cipher_from_key_file,
)

log = logging.getLogger("jobs")
T = TypeVar("T")


# ---------------------------------------------------------------- what a run works with


@frozen
class Supplies:
    """What the warehouse says, by seller id: parcels with an invoice, picked lines, stock.

    None when nobody said it. Without picked lines nobody knows what left the shelf, so cancels are held.
    """

    parcels: Mapping[str, tuple[PendingShipment, ...]] | None = None
    picked: Mapping[str, tuple[PickedLine, ...]] | None = None
    stock: Mapping[str, tuple[SkuStock, ...]] | None = None
    dry_run: bool = False
    stop: StopSwitch = field(factory=StopSwitch)

    @classmethod
    def from_env(cls, registry: ChannelRegistry, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the files that JOBS_PARCELS and JOBS_PICKED name; raise `ConfigError` or `OSError`."""
        parcels, picked = environ.get("JOBS_PARCELS"), environ.get("JOBS_PICKED")
        return cls(
            read_parcels(Path(parcels), registry) if parcels else None,
            read_picked(Path(picked), registry) if picked else None,
        )


@frozen
class Workplace:
    """The accounts, the keys and the ledger."""

    registry: ChannelRegistry
    cipher: Cipher
    ledger_at: SecretStr
    throttle: ThrottlePolicy = field(factory=ThrottlePolicy)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment; raise `ConfigError`, `SecretError` or `OSError`."""
        missing = [name for name in ("JOBS_REGISTRY", "JOBS_LEDGER") if not environ.get(name)]
        if missing:
            name = missing[0]
            raise errors.ConfigError.single(name, "", "set", f"{name} is not set", f"{name} 값이 없습니다")
        keys = environ.get("JOBS_KEYS")
        cipher = cipher_from_key_file(keys) if keys else cipher_from_env(environ=environ)
        registry = load_registry(environ["JOBS_REGISTRY"], cipher=cipher)
        try:
            throttle = ThrottlePolicy(min_gap=float(environ.get("JOBS_GAP") or "0.1"))
        except ValueError as error:
            gap = environ["JOBS_GAP"]
            raise errors.ConfigError.single(
                "JOBS_GAP", gap, "seconds >= 0", str(error), "0 이상의 초"
            ) from None
        return cls(registry, cipher, SecretStr(environ["JOBS_LEDGER"]), throttle)

    def open_ledger(self) -> Ledger:
        """Open the ledger: PostgreSQL for workers on many machines, else a file on this one."""
        where = self.ledger_at.reveal()
        if where.startswith(("postgresql://", "postgres://")):
            return PostgresLedger(self.ledger_at, self.cipher)
        return SqliteLedger(where, self.cipher)

    @contextmanager
    def runner(self, seller_id: str) -> Iterator[ChannelRunner]:
        """Return the runner of one account; the worker's name is a new one each time, as it has to be."""
        config = self.registry.get(seller_id)
        client = WemakepriceClient.from_config(config, throttle=self.throttle)
        with client, self.open_ledger() as ledger:
            yield ChannelRunner(client, ledger, SyncPolicy(config))


# ---------------------------------------------------------------- the jobs

Run = Callable[[ChannelRunner, Supplies], JobReport]


def claims(runner: ChannelRunner, has: Supplies) -> JobReport:
    """Answer claims; a parcel that already has an invoice goes out instead of being cancelled."""
    parcels = (has.parcels or {}).get(runner.account, ())
    picked = None if has.picked is None else has.picked.get(runner.account, ())
    return runner.claims(shipments=parcels, picked=picked, dry_run=has.dry_run, stop=has.stop)


def ship(runner: ChannelRunner, has: Supplies) -> JobReport:
    """Ship the parcels; those that are on their way already are only checked for their invoice."""
    parcels = (has.parcels or {}).get(runner.account, ())
    return runner.ship(parcels, dry_run=has.dry_run, stop=has.stop)


def stock(runner: ChannelRunner, has: Supplies) -> JobReport:
    """Bring stock in line with the warehouse."""
    levels = (has.stock or {}).get(runner.account, ())
    return runner.stock(levels, dry_run=has.dry_run, stop=has.stop)


JOBS: Final[Mapping[str, Run]] = {
    "collect_orders": lambda runner, has: runner.collect_orders(dry_run=has.dry_run, stop=has.stop),
    "claims": claims,
    "ship": ship,
    "track": lambda runner, has: runner.track(dry_run=has.dry_run, stop=has.stop),
    "cs": lambda runner, has: runner.cs(dry_run=has.dry_run, stop=has.stop),
    "stock": stock,
    "templates": lambda runner, has: runner.templates(dry_run=has.dry_run, stop=has.stop),
    "extend_sale_periods": lambda runner, has: runner.extend_sale_periods(dry_run=has.dry_run, stop=has.stop),
    "settlement": lambda runner, has: runner.settlement(dry_run=has.dry_run, stop=has.stop),
    "recover": lambda runner, _: runner.recover(),
}
NEEDS: Final = {"claims": "parcels", "ship": "parcels", "stock": "stock"}
"""Without its file `claims` would leave to operators what is packed, and `ship` would do nothing."""


def run_account(work: Workplace, seller_id: str, jobs: Sequence[str], has: Supplies) -> JobVerdict:
    """Run jobs of one account one after the other; stop at the first error, since later jobs build on it."""
    found: list[JobVerdict] = []
    try:
        with work.runner(seller_id) as runner:
            for name in jobs:
                if has.stop.pressed:
                    found.append(JobVerdict.AGAIN_LATER)
                    break
                found.append(tell(JOBS[name](runner, has)))
    except errors.WemakepriceError as error:
        reason = reason_of_error(error)
        log.log(level_of(reason.verdict), "%s: %s", seller_id, reason)
        found.append(reason.verdict)
    return JobVerdict.worst(found)


# ---------------------------------------------------------------- what came of it


def tell(report: JobReport) -> JobVerdict:
    """Log a report in numbers and reasons, never with anything about people."""
    # Whoever holds the lease does the same work, so another start is not worth a retry.
    held = report.skipped is Skipped.LEASE_HELD
    verdict = JobVerdict.DONE if held else report.verdict
    parts = [f"skipped: {report.skipped} {report.detail}".strip()] if report.skipped else []
    read = report.collected.items()
    parts += [f"{kind} {n.new} new {n.changed} changed" for kind, n in read if n.new or n.changed]
    parts += [f"{state} {count}" for state, count in report.counts.items()]
    if report.plan is not None:
        parts += [f"planned {len(report.plan)}"] if report.dry_run else []
        parts += [f"held {len(report.plan.held)}"] if report.plan.held else []
    for reason in () if held else report.reasons:
        log.log(level_of(reason.verdict), "%s %s: %s", report.account, report.job, reason)
    level = level_of(verdict)
    log.log(level, "%s %s: %s: %s", report.account, report.job, verdict, "; ".join(parts) or "nothing to do")
    return verdict


def level_of(verdict: JobVerdict) -> int:
    """What an operator has to see is a warning at least."""
    return {JobVerdict.DONE: logging.INFO, JobVerdict.AGAIN_LATER: logging.WARNING}.get(
        verdict, logging.ERROR
    )


# ---------------------------------------------------------------- files and command line


def read_parcels(path: Path, registry: ChannelRegistry) -> dict[str, tuple[PendingShipment, ...]]:
    """Read seller_id,bundle_no,courier,invoice_no; the courier by code or name (CJ대한통운)."""

    def parcel(row: dict[str, str]) -> PendingShipment:
        courier, invoice = couriers.find(row["courier"]), couriers.normalise_invoice(row["invoice_no"])
        return PendingShipment(int(row["bundle_no"]), Shipment(ShipMethod.PARCEL, courier, invoice))

    return read_csv(path, registry, parcel)


def read_picked(path: Path, registry: ChannelRegistry) -> dict[str, tuple[PickedLine, ...]]:
    """Read seller_id,order_option_no,quantity: what left the shelf and has no invoice yet."""
    return read_csv(path, registry, lambda row: PickedLine(int(row["order_option_no"]), int(row["quantity"])))


def read_stock(path: Path, registry: ChannelRegistry) -> dict[str, tuple[SkuStock, ...]]:
    """Read seller_id,sku,quantity,as_of; `as_of` with its zone, such as 2026-03-04T10:00:00+09:00."""

    def level(row: dict[str, str]) -> SkuStock:
        timestamp = datetime.fromisoformat(row["as_of"])
        return SkuStock(sku=row["sku"].strip(), quantity=int(row["quantity"]), as_of=timestamp)

    return read_csv(path, registry, level)


def read_csv(
    path: Path, registry: ChannelRegistry, make: Callable[[dict[str, str]], T]
) -> dict[str, tuple[T, ...]]:
    """Read a whole file or nothing: one bad line, or an account nobody knows, refuses it."""
    rows: dict[str, list[T]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                rows.setdefault(registry.get(row["seller_id"]).seller_id, []).append(make(row))
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                raise errors.ConfigError.single(
                    f"{path.name}:{number}",
                    type(error).__name__,
                    "a whole line of a known account",
                    "the line cannot be read, so none of the file is used",
                    "줄을 읽을 수 없어 파일 전체를 쓰지 않습니다",
                ) from None
    return {seller: tuple(found) for seller, found in rows.items()}


def parser() -> argparse.ArgumentParser:
    """Make the command line."""
    made = argparse.ArgumentParser(description="Run jobs for the accounts of a registry.")
    made.add_argument("jobs", nargs="+", choices=sorted(JOBS), metavar="job", help=", ".join(sorted(JOBS)))
    made.add_argument("--account", action="append", help="seller id; all accounts without it")
    made.add_argument("--parcels", type=Path, help="CSV: seller_id,bundle_no,courier,invoice_no")
    made.add_argument("--picked", type=Path, help="CSV: seller_id,order_option_no,quantity")
    made.add_argument("--stock", type=Path, help="CSV: seller_id,sku,quantity,as_of")
    made.add_argument("--log", type=Path, help="append every line here; stderr then shows warnings only")
    made.add_argument("--dry-run", action="store_true", help="plan only, write nothing anywhere")
    return made


def set_up_log(path: Path | None, secrets: Sequence[SecretStr]) -> None:
    """Log to stderr, or all to a file and only warnings to stderr, which cron mails."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if path is not None:
        handlers[0].setLevel(logging.WARNING)
        handlers.append(logging.FileHandler(path, encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        handler.addFilter(RedactingFilter(secrets))
        log.addHandler(handler)
    log.setLevel(logging.INFO)


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the command line names."""
    made = parser()
    args = made.parse_args(argv)
    for job, name in NEEDS.items():
        if job in args.jobs and getattr(args, name) is None:
            made.error(f"{job} needs --{name}; a file with its head line only says that there is nothing")
    try:
        work = Workplace.from_env()
        set_up_log(args.log, [config.api_key for config in work.registry])
        has = Supplies(
            read_parcels(args.parcels, work.registry) if args.parcels else None,
            read_picked(args.picked, work.registry) if args.picked else None,
            read_stock(args.stock, work.registry) if args.stock else None,
            args.dry_run,
        )
        accounts = [work.registry.get(name) for name in args.account or [c.seller_id for c in work.registry]]
    except (errors.WemakepriceError, OSError, KeyError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return JobVerdict.SETTINGS_WRONG.exit_code
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: has.stop.press())
    return JobVerdict.worst([run_account(work, c.seller_id, args.jobs, has) for c in accounts]).exit_code


if __name__ == "__main__":
    raise SystemExit(main())
