"""A shop as the recipes of examples/ find it: a folder with accounts, keys and files, and a server to call."""

from __future__ import annotations

import importlib
import logging
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from attrs import define, field

from wemakeprice_sdk.config import (
    ChannelConfig,
    ChannelRegistry,
    ConfirmationMode,
    ExtensionLength,
    LengthUnit,
    LinkState,
    OnboardingState,
    OrderConfirmation,
    SalePeriodExtension,
    Switches,
    save_registry,
)
from wemakeprice_sdk.ledger import SqliteLedger
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.sandbox import Reply, Sandbox, SandboxServer
from wemakeprice_sdk.secrets import AesGcmCipher, format_key_ring, generate_key

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SELLERS = ("shop-1", "shop-2")
CONFIRM = "/order/in/setOrderConfirm"

Main = Callable[..., tuple[int, str]]


def key_of(seller: str) -> str:
    return f"{SELLERS.index(seller) + 1:032x}"


class StoppingSandbox(Sandbox):
    """Lets the test stand between two calls: the call that reaches the mark waits until it is let go."""

    mark: int | None = None
    seen = 0

    def arm(self, mark: int) -> None:
        self.mark, self.seen = mark, 0
        self.reached, self.let_go = threading.Event(), threading.Event()

    def handle(self, method: str, path: str, *rest: object, **named: object) -> Reply:  # type: ignore[override]
        if self.mark is not None and path.endswith(CONFIRM):
            self.seen += 1
            if self.seen == self.mark:
                self.reached.set()
                assert self.let_go.wait(60)
        return super().handle(method, path, *rest, **named)  # type: ignore[arg-type]


@define
class Place:
    folder: Path
    sandbox: StoppingSandbox
    server: SandboxServer
    cipher: AesGcmCipher
    environ: dict[str, str]
    started: list[subprocess.Popen[str]] = field(factory=list)

    def accounts(self, **changes: object) -> None:
        save_registry(
            self.folder / "accounts.toml",
            ChannelRegistry([self.config(seller, **changes) for seller in SELLERS]),
            cipher=self.cipher,
        )

    def config(self, seller: str, **changes: object) -> ChannelConfig:
        values: dict[str, object] = {
            "onboarding": OnboardingState.COMPLETE,
            "link": LinkState.APPROVED,
            "switches": Switches(sku_sync=True),
            "confirmation": OrderConfirmation(mode=ConfirmationMode.AUTO),
            "sale_period": SalePeriodExtension(enabled=True, length=ExtensionLength(30, LengthUnit.DAYS)),
            "base_url": self.server.url,
            **changes,
        }
        return ChannelConfig(seller, f"가게 {seller}", key_of(seller), **values)  # type: ignore[arg-type]

    def order(self, seller: str = "shop-1") -> int:
        return self.sandbox.place_order(key_of(seller)).bundle_no

    def parcels(self, *numbers: int, seller: str = "shop-1") -> None:
        rows = [f"{seller},{number},CJ대한통운,7{number}" for number in numbers]
        text = "\n".join(["seller_id,bundle_no,courier,invoice_no", *rows])
        (self.folder / "parcels.csv").write_text(text + "\n", encoding="utf-8")
        (self.folder / "picked.csv").write_text("seller_id,order_option_no,quantity\n", encoding="utf-8")

    def start(self, command: list[str]) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def in_processes(self) -> bytes:
        """Return arguments and environment of what was started and runs, and of its children."""
        found, numbers = b"", [process.pid for process in self.started if process.poll() is None]
        while numbers:
            place = Path(f"/proc/{numbers.pop()}")
            found += (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
            numbers += map(int, (place / "task" / place.name / "children").read_text().split())
        return found

    def jobs(self, *arguments: str) -> subprocess.Popen[str]:
        return self.start([sys.executable, str(self.folder / "run_jobs.py"), *arguments])

    def targets(self, operation: str) -> list[int]:
        """Targets of the applied writes of one operation, in order: the truth about what really happened."""
        return [next(iter(entry.targets.values())) for entry in self.sandbox.journal.writes(operation)]  # type: ignore[misc]

    def ledger(self) -> SqliteLedger:
        return SqliteLedger(self.folder / "ledger.db", self.cipher)

    def assert_finished(self, *numbers: int, seller: str = "shop-1") -> None:
        """Each bundle was collected once, nothing is open, and the audit trail is whole."""
        with self.ledger() as ledger:
            assert sorted(int(row.ref) for row in ledger.records(seller, "bundle")) == sorted(numbers)
            assert ledger.active_intents(seller) == ()
            assert verify(ledger.audit(seller), head=ledger.audit_head(seller)).ok

    def people(self) -> set[str]:
        """Everything about people that the marketplace holds, and the keys."""
        found = {key_of(seller) for seller in SELLERS}
        for seller in SELLERS:
            for bundle in self.sandbox.find_shop(key_of(seller)).bundles.values():
                found |= {
                    bundle.buyer_name,
                    bundle.buyer_phone,
                    bundle.recipient.name,
                    bundle.recipient.phone,
                }
                found |= {bundle.recipient.address}
        return {text for text in found if text}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    sandbox = StoppingSandbox(seed=1)
    for seller in SELLERS:
        sandbox.add_account(key_of(seller), seller)
    key = generate_key()
    cipher = AesGcmCipher.single(key, "k1")
    ring = tmp_path / "keys"
    ring.touch(0o600)
    ring.write_text(format_key_ring({"k1": key}))
    shutil.copy(EXAMPLES / "run_jobs.py", tmp_path)
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LOGNAME": "seller", "SHELL": "/bin/sh"}
    settings = {
        "JOBS_REGISTRY": "accounts.toml",
        "JOBS_KEYS": "keys",
        "JOBS_LEDGER": "ledger.db",
        "JOBS_GAP": "0",
    }
    with SandboxServer(sandbox) as server:
        made = Place(tmp_path, sandbox, server, cipher, {**environ, **settings})
        made.accounts()
        made.parcels()
        try:
            yield made
        finally:
            for process in made.started:
                if process.poll() is None:
                    process.kill()
                process.communicate()


@pytest.fixture
def run_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The worker script as a module, as the other recipes import it."""
    monkeypatch.syspath_prepend(EXAMPLES)
    monkeypatch.delitem(sys.modules, "run_jobs", raising=False)
    yield importlib.import_module("run_jobs")
    sys.modules.pop("run_jobs", None)


@pytest.fixture
def inside(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The same shop for recipes that run inside this process."""
    monkeypatch.chdir(place.folder)
    for name, value in place.environ.items():
        if name.startswith("JOBS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("JOBS_PARCELS", "parcels.csv")
    monkeypatch.setenv("JOBS_PICKED", "picked.csv")
    return place


@pytest.fixture
def main(inside: Place, run_jobs: ModuleType, capsys: pytest.CaptureFixture[str]) -> Iterator[Main]:
    """Run the script in this process: exit code, and what went to stderr."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    log = logging.getLogger("jobs")

    def run(*arguments: str) -> tuple[int, str]:
        try:
            code = int(run_jobs.main(arguments))
        except SystemExit as ended:
            code = int(ended.code or 0)
        for handler in [*log.handlers]:
            log.removeHandler(handler)
            handler.close()
        return code, capsys.readouterr().err

    yield run
    for number, handler in kept.items():
        signal.signal(number, handler)
