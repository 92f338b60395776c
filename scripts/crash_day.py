"""A day in the life of a runner that is killed again and again, and what came of it.

A sandbox server takes orders, cancels and questions all the time. Worker processes collect, confirm, ship
and answer, and are killed (SIGKILL) after a random number of their calls, several hundred times; with
`--faults 0.3` three calls in ten also fail (dropped before and after the commit, HTML 500, 503, timeout).
With `--pauses` workers are also stopped (SIGSTOP) for longer than their lease and let go on afterwards, with
`--backends` the server ends the connections of all of them. `--stops` starts a PostgreSQL server for the day, stops it
at once again and again (SIGQUIT, as `pg_ctl stop -m immediate`), and starts it up to a second later. In the end the
sandbox's journal is held against what should have happened. The result is one JSON object; the exit code is 0 only when
nothing was lost, repeated or wrong.

    python scripts/crash_day.py --orders 2000 --kills 300
    python scripts/crash_day.py --orders 2000 --kills 300 --faults 0.3
    python scripts/crash_day.py --orders 2000 --kills 300 --workers 3 --accounts 3 --postgres 'host=...'
    python scripts/crash_day.py --orders 2000 --kills 500 --workers 3 --pauses 50 --backends 50 --postgres 'host=...'
    python scripts/crash_day.py --orders 500 --kills 100 --workers 3 --accounts 3 --stops 20
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from wemakeprice_sdk.client import (
    RetryPolicy,
    ThrottlePolicy,
    Timeouts,
    VerificationPolicy,
    WemakepriceClient,
)
from wemakeprice_sdk.clock import WeekdayCalendar
from wemakeprice_sdk.config import (
    ChannelConfig,
    ConfirmationMode,
    LinkState,
    OnboardingState,
    OrderConfirmation,
    Switches,
)
from wemakeprice_sdk.errors import CallError, LeaseLostError, LedgerUnavailableError, StaleSnapshotError
from wemakeprice_sdk.ledger import Intent, IntentState, PostgresLedger, SqliteLedger
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import Question, ShipMethod
from wemakeprice_sdk.policy.actions import ActionKind, Shipment
from wemakeprice_sdk.policy.snapshot import PendingAnswer, PendingShipment
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, RunnerSettings
from wemakeprice_sdk.runner.conversion import restore
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey

ANSWER = "문의 주셔서 감사합니다. 곧 확인하여 안내드리겠습니다."
FAULTS = ("drop-before-commit", "drop-after-commit", "html-500", "503", "timeout")
WRITES = {
    "/order/in/setOrderConfirm": ("orders_confirm", "bundleNo"),
    "/order/in/setOrderDelivery": ("orders_ship", "bundleNo"),
    "/claim/in/setClaimApprove": ("claims_approve", "claimBundleNo"),
    "/claim/in/setClaimReject": ("claims_reject", "claimBundleNo"),
    "/qna/in/setQnaAnswer": ("cs_answer_question", "qnaSeq"),
}


def key_of(account: str) -> str:
    return "".join(f"{ord(letter):02x}" for letter in account).ljust(32, "0")


def invoice_of(bundle_no: int) -> str:
    return f"7{bundle_no}"


def open_ledger(where: str, account: str) -> SqlLedger:
    cipher = AesGcmCipher({"day": SecretKey(b"d" * 32)}, "day")
    if where.startswith("postgres:"):
        return PostgresLedger(where.removeprefix("postgres:"), cipher)
    return SqliteLedger(Path(where) / f"{account}.db", cipher, check=False)


# ---------------------------------------------------------------- the worker


def worker(url: str, where: str, name: str, accounts: list[str]) -> None:
    runners = [make_runner(url, open_ledger(where, account), account, name) for account in accounts]
    while True:
        random.shuffle(runners)
        for runner in runners:
            try:
                turn(runner)
            except (CallError, LeaseLostError, LedgerUnavailableError, StaleSnapshotError):
                continue
        time.sleep(0.02)


def make_runner(
    url: str,
    ledger: SqlLedger,
    account: str,
    name: str,
    key: str = "",
    switches: Switches | None = None,
) -> ChannelRunner:
    config = ChannelConfig(
        account,
        f"store {account}",
        key or key_of(account),
        switches=switches or Switches(),
        onboarding=OnboardingState.COMPLETE,
        link=LinkState.APPROVED,
        confirmation=OrderConfirmation(mode=ConfirmationMode.AUTO),
        base_url=url,
    )
    client = WemakepriceClient(
        key or key_of(account),
        base_url=url,
        timeout=Timeouts(connect=2, read=2, write=2, pool=2),
        throttle=ThrottlePolicy(min_gap=0),
        retry=RetryPolicy(attempts=6, first_wait=0.01, max_wait=0.05, budget=1000),
        verification=VerificationPolicy(waits=(0.02, 0.1)),
    )
    settings = RunnerSettings(lease_ttl=LEASE, recovery_delay=0.5, overlap=timedelta(seconds=20))
    policy = SyncPolicy(config, calendar=WeekdayCalendar())
    return ChannelRunner(client, ledger, policy, worker=name, settings=settings)


def turn(runner: ChannelRunner) -> None:
    # In any order, so that the kills meet every job and not only the first one.
    jobs = [
        runner.collect_orders,
        lambda: runner.claims(shipments=ready(runner), picked=()),
        lambda: runner.ship(ready(runner)[:60]),
        lambda: runner.cs(answers=unanswered(runner)),
    ]
    random.shuffle(jobs)
    for job in jobs:
        job()


def ready(runner: ChannelRunner) -> list[PendingShipment]:
    numbers = [int(row.ref) for row in runner.ledger.records(runner.account, "bundle", status="CONFIRM")]
    keys = {f"{ActionKind.SHIP_BUNDLE}:{number}": number for number in numbers}
    done = runner.ledger.is_done(runner.account, keys)
    return [
        PendingShipment(number, Shipment(ShipMethod.PARCEL, "D002", invoice_of(number)))
        for key, number in keys.items()
        if key not in done
    ]


def unanswered(runner: ChannelRunner) -> list[PendingAnswer]:
    rows = [restore(Question, row) for row in runner.ledger.records(runner.account, "question")]
    return [PendingAnswer(row.qna_seq, row.question_date, ANSWER) for row in rows if row.question_date]


# ---------------------------------------------------------------- the day


class RandomFaults:
    """Lets a share of the calls fail; stands where the sandbox keeps its queue of faults."""

    def __init__(self, share: float, seed: int) -> None:
        self.share = share
        self.injected: Counter[str] = Counter()
        self._random = random.Random(seed)

    def take(self, operation: str) -> Any:
        from wemakeprice_sdk.sandbox import Fault

        if self._random.random() >= self.share:
            return None
        kind = self._random.choice(FAULTS)
        self.injected[kind] += 1
        return Fault(operation, kind, hold=0.1)

    def __iter__(self) -> Any:
        return iter(())


class Watch:
    """Sees every write on its way into the sandbox: repeats after success, two at once on one target."""

    def __init__(self, sandbox: Any) -> None:
        self.attempts = 0
        self.repeated: list[str] = []
        self.overlapping: list[str] = []
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._running: Counter[tuple[str, int]] = Counter()
        self._handle = sandbox.handle
        sandbox.handle = self.handle

    def handle(self, method: str, path: str, query: Any = "", headers: Any = (), body: bytes = b"") -> Any:
        write = WRITES.get(path)
        if write is None:
            return self._handle(method, path, query, headers, body)
        operation, key = write
        try:
            number = int(json.loads(body)[key])
        except ValueError:  # cut short by the death of its sender; the sandbox answers 400
            return self._handle(method, path, query, headers, body)
        with self._lock:
            self.attempts += 1
            if self._sandbox.journal_index[operation, number]:
                self.repeated.append(f"{operation} {number}")
            self._running[operation, number] += 1
            if self._running[operation, number] > 1:
                self.overlapping.append(f"{operation} {number}")
        try:
            reply = self._handle(method, path, query, headers, body)
        finally:
            with self._lock:
                self._running[operation, number] -= 1
        return reply


def make_sandbox(accounts: list[str], faults: float, seed: int) -> tuple[Any, Watch, RandomFaults]:
    from wemakeprice_sdk.sandbox import Sandbox

    class Indexed(Sandbox):
        """Counts applied writes of the partner API by operation and target while they happen."""

        def __init__(self, **options: Any) -> None:
            self.journal_index: Counter[tuple[str, int]] = Counter()
            super().__init__(**options)

        def record(self, shop: Any, actor: str, operation: str, targets: Any, at: str) -> None:
            super().record(shop, actor, operation, targets, at)
            names = dict(WRITES.values())
            if actor == "api" and operation in names:
                self.journal_index[operation, targets[names[operation]]] += 1

    sandbox = Indexed(seed=seed)
    for account in accounts:
        sandbox.add_account(key_of(account), account)
    failing = RandomFaults(faults, seed)
    sandbox.faults = failing  # type: ignore[assignment]
    return sandbox, Watch(sandbox), failing


def buyers(sandbox: Any, accounts: list[str], orders: int, pace: threading.Semaphore, seed: int) -> None:
    """Order, cancel, withdraw and ask all through the day, while the workers are at it."""
    from wemakeprice_sdk.sandbox import SandboxError

    chance = random.Random(seed)
    placed: list[tuple[str, int]] = []
    claims: list[tuple[str, int]] = []
    for _ in range(orders):
        pace.acquire()
        account = chance.choice(accounts)
        order = sandbox.place_order(account, quantity=chance.randint(1, 3))
        placed.append((account, order.bundle_no))
        try:
            if chance.random() < 0.08:
                who, bundle = chance.choice(placed[-30:])
                claims.append((who, sandbox.request_cancel(who, bundle)))
            if claims and chance.random() < 0.02:
                sandbox.withdraw(*chance.choice(claims[-5:]))
            if chance.random() < 0.05:
                sandbox.ask_question(account, product_no=None)
        except SandboxError:
            pass  # the bundle was shipped or the claim answered meanwhile: a buyer is told so
        time.sleep(chance.random() * 0.01)


class Crew:
    """The workers: started, killed after a random number of calls, started again.

    They are forked from a process that has everything imported, because starting Python several hundred
    times would take longer than the day.
    """

    def __init__(
        self, url: str, where: str, accounts: list[str], workers: int, sandbox: Any, seed: int
    ) -> None:
        self.kills = 0
        self.pauses = 0
        self.stops = 0
        self.died = 0
        self._sandbox = sandbox
        self._random = random.Random(seed)
        self._started = 0
        command = [sys.executable, __file__, "--nest", url, where, ",".join(accounts)]
        self._nest = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.running = [self._start() for _ in range(workers)]

    def _start(self) -> int:
        if self._nest.stdin is None or self._nest.stdout is None:
            raise RuntimeError("the nest has no pipes")
        self._started += 1
        self._nest.stdin.write(f"w{self._started}\n")
        self._nest.stdin.flush()
        return int(self._nest.stdout.readline())

    def kill_one(self) -> None:
        """Let the crew make some calls, then kill one of them where it stands."""
        self._let_work()
        place = self._random.randrange(len(self.running))
        self._kill(place)
        self.kills += 1
        self.running[place] = self._start()

    def pause_one(self, seconds: float) -> None:
        """Stop one of them where it stands for so long, while the others go on; it knows nothing of it."""
        self._let_work()
        pid = self._random.choice(self.running)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)
        self.pauses += 1

    def stop_server(self, server: Any) -> None:
        """Stop the database under the workers, which go on meanwhile, and start it again a little later."""
        self._let_work()
        server.stop(signal.SIGQUIT)
        time.sleep(self._random.random())
        server.start()
        self.stops += 1

    def _let_work(self, patience: float = 10.0) -> None:
        goal = self.calls() + self._random.randint(1, 45)
        deadline = time.monotonic() + patience
        while self.calls() < goal and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(self._random.random() * 0.01)

    def calls(self) -> int:
        return sum(self._sandbox.calls.values())

    def _kill(self, place: int) -> None:
        try:
            os.kill(self.running[place], signal.SIGKILL)
            while True:
                os.kill(self.running[place], 0)
                time.sleep(0.0005)
        except ProcessLookupError:
            pass

    def dismiss(self) -> None:
        for place in range(len(self.running)):
            self._kill(place)
        if self._nest.stdin is not None and self._nest.stdout is not None:
            self._nest.stdin.close()
            self._nest.stdout.close()
        self.died = self._nest.wait()


_ENDED: list[int] = []


def _wait_for(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        _ENDED.append(pid)


def nest(url: str, where: str, accounts: list[str]) -> int:
    """Fork a worker for every line of the standard input; return how many ended by themselves."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            random.seed()
            try:
                # Over PostgreSQL every life has a name of its own and has to wait for the old lease.
                name = f"{line.strip()}:{os.getpid()}" if where.startswith("postgres:") else "w"
                worker(url, where, name, accounts)
            except BaseException:  # noqa: BLE001 -- the child must not run on into the nest's loop
                traceback.print_exc()
            os._exit(3)
        threading.Thread(target=_wait_for, args=(pid,), daemon=True).start()
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    return min(len(_ENDED), 100)


LEASE = 3.0
"""Seconds that a worker may be silent before another one takes its account over."""


def end_backends(conninfo: str) -> None:
    """Let the server end every connection of the workers, as an administrator or a failover would."""
    import psycopg

    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def hurt(crew: Crew, options: argparse.Namespace, database: Any) -> None:
    """Kill a worker, and now and then, spread over the day, stop one, end all connections or stop the database."""
    crew.kill_one()
    if options.pauses and crew.kills * options.pauses // options.kills > crew.pauses:
        crew.pause_one(LEASE + 1)
    if options.backends and crew.kills % max(options.kills // options.backends, 1) == 0:
        end_backends(options.postgres)
    if options.stops and crew.kills * options.stops // options.kills > crew.stops:
        crew.stop_server(database)


def run_day(options: argparse.Namespace, database: Any = None) -> dict[str, Any]:
    from wemakeprice_sdk.sandbox import SandboxServer

    accounts = [f"shop{number}" for number in range(1, options.accounts + 1)]
    sandbox, watch, failing = make_sandbox(accounts, options.faults, options.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, SandboxServer(sandbox) as server:
        where = f"postgres:{options.postgres}" if options.postgres else folder
        pace = threading.Semaphore(0)
        shopping = threading.Thread(
            target=buyers, args=(sandbox, accounts, options.orders, pace, options.seed), daemon=True
        )
        shopping.start()
        crew = Crew(server.url, where, accounts, options.workers, sandbox, options.seed)
        try:
            done = 0
            while crew.kills < options.kills:
                share = options.orders * (crew.kills + 1) // options.kills
                pace.release(max(share - done, 1))
                done = max(share, done + 1)
                hurt(crew, options, database)
            pace.release(options.orders)
            shopping.join()
            calm = calm_down(sandbox, accounts, where, options.patience)
            unfinished_now = unfinished(sandbox, accounts, where)
        finally:
            crew.dismiss()
        failing.share = 0.0
        result = judge(sandbox, accounts, server.url, where)
    result |= {
        "quiet": calm,
        "unfinished": [] if calm else unfinished_now,
        "seconds": round(time.monotonic() - started, 1),
        "kills": crew.kills,
        "pauses": crew.pauses,
        "stops": crew.stops,
        "workers_that_died_by_themselves": crew.died,
        "calls": crew.calls(),
        "faults": dict(failing.injected),
        "write_attempts": watch.attempts,
        "repeated": watch.repeated,
        "overlapping": watch.overlapping,
    }
    return result


def run_stopping(options: argparse.Namespace) -> dict[str, Any]:
    """Run the day on a PostgreSQL server that may be stopped."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from postgres_server import postgres_server

    with postgres_server() as database:
        options.postgres = database.conninfo
        return run_day(options, database)


def calm_down(sandbox: Any, accounts: list[str], where: str, patience: float) -> bool:
    """Wait until nothing is left to do; looked at rarely, because looking holds the marketplace up."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not unfinished(sandbox, accounts, where):
            return True
        time.sleep(1.0)
    return False


def unfinished(sandbox: Any, accounts: list[str], where: str) -> list[str]:
    left: list[str] = []
    for account in accounts:
        with sandbox.lock:
            shop = sandbox.find_shop(account)
            waiting = [
                f"bundle:{bundle.bundle_no}"
                for bundle in shop.bundles.values()
                if bundle.status in ("NEW", "CONFIRM") and bundle.products
            ]
            waiting += [
                f"claim:{claim.claim_no}" for claim in shop.claims.values() if claim.status == "REQUEST"
            ]
            waiting += [
                f"question:{number}"
                for number, thread in shop.questions.items()
                if thread.answered < len(thread.texts)
            ]
        if waiting:
            blocked = blocked_by_unknown(where, account)
            left += [target for target in waiting if target not in blocked]
    return left


def blocked_by_unknown(where: str, account: str) -> set[str]:
    with open_ledger(where, account) as ledger:
        try:
            unknown = ledger.active_intents(account, IntentState.UNKNOWN)
            return {intent.target.partition("@")[0] for intent in unknown}
        except LedgerUnavailableError:
            return set()


# ---------------------------------------------------------------- the judgement


def judge(sandbox: Any, accounts: list[str], url: str, where: str) -> dict[str, Any]:
    lost: list[str] = []
    wrong: list[str] = []
    unknown: list[str] = []
    totals: Counter[str] = Counter()
    for account in accounts:
        with open_ledger(where, account) as ledger:
            runner = make_runner(url, ledger, account, "judge")
            wait_for_recovery(runner)
            for intent in ledger.active_intents(account):
                unknown.append(f"{intent.state} {intent.operation} {intent.target}")
                wrong += misjudged_unknown(intent)
            judge_account(sandbox, account, ledger, lost, wrong, totals)
            totals["finished_by_a_read"] += sum(" verified:" in row.detail for row in ledger.audit(account))
            trail = verify(ledger.audit(account), head=ledger.audit_head(account))
            wrong += [f"audit of {account}: {trail.problem}"] if not trail.ok else []
    twice = [
        f"{operation} {number} x{count}"
        for (operation, number), count in sandbox.journal_index.items()
        if count > 1
    ]
    return {"lost": lost, "wrong": wrong, "applied_twice": twice, "waiting_for_a_person": unknown, **totals}


def wait_for_recovery(runner: ChannelRunner) -> None:
    """The last worker's lease has to run out, then its open intents are settled."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        report = runner.recover()
        if report.skipped is None:
            runner.collect_orders()
            runner.claims(picked=())
            return
        time.sleep(0.2)


def misjudged_unknown(intent: Intent) -> list[str]:
    """Only what no read can prove may wait for an operator."""
    if intent.state is IntentState.UNKNOWN and intent.operation in (
        "cs_answer_question",
        "cs_answer_inquiry",
    ):
        return []
    return [f"left {intent.state}: {intent.operation} {intent.target} ({intent.detail})"]


def judge_account(
    sandbox: Any, account: str, ledger: SqlLedger, lost: list[str], wrong: list[str], totals: Counter[str]
) -> None:
    shop = sandbox.find_shop(account)
    kept = Counter(int(row.ref) for row in ledger.records(account, "bundle"))
    known_claims = {int(row.key.split("/")[0]) for row in ledger.records(account, "claim")}
    index = sandbox.journal_index
    for number, bundle in shop.bundles.items():
        totals["orders"] += 1
        mine = [claim for claim in shop.claims.values() if claim.bundle_no == number]
        gone = not bundle.products
        if kept[number] != 1:
            lost.append(f"bundle {number} was collected {kept[number]} times")
        if gone:
            totals["cancelled"] += 1
            if index["orders_ship", number]:
                wrong.append(f"bundle {number} was shipped and cancelled")
            if not any(claim.status == "APPROVE" for claim in mine):
                wrong.append(f"bundle {number} left without an approved cancel")
            continue
        judge_bundle(bundle, mine, index, lost, wrong, totals)
    for number, claim in shop.claims.items():
        totals["claims"] += 1
        answers = index["claims_approve", number] + index["claims_reject", number]
        if claim.status != "WITHDRAW" and answers != 1:
            lost.append(f"claim {number} is {claim.status} and was answered {answers} times")
        if claim.status != "WITHDRAW" and number not in known_claims:
            lost.append(f"claim {number} was never collected")
    totals["questions"] += len(shop.questions)
    lost += [
        f"question {number} was never answered"
        for number in shop.questions
        if index["cs_answer_question", number] == 0 and not was_tried(ledger, account, number)
    ]


def judge_bundle(
    bundle: Any,
    claims: list[Any],
    index: Counter[tuple[str, int]],
    lost: list[str],
    wrong: list[str],
    totals: Counter[str],
) -> None:
    number = bundle.bundle_no
    confirmed, shipped = index["orders_confirm", number], index["orders_ship", number]
    rejected = [claim for claim in claims if claim.status == "REJECT"]
    if confirmed != 1 and not rejected:
        lost.append(f"bundle {number} was confirmed {confirmed} times")
    if shipped + len(rejected) != 1:
        lost.append(f"bundle {number} was shipped {shipped} times and rejected {len(rejected)} times")
    if bundle.invoice != invoice_of(number):
        wrong.append(f"bundle {number} travels with {bundle.invoice}")
    totals["shipped" if shipped else "rejected"] += 1


def was_tried(ledger: SqlLedger, account: str, number: int) -> bool:
    return any(
        intent.operation == "cs_answer_question" and f":{number}@" in intent.target
        for intent in ledger.active_intents(account, IntentState.UNKNOWN)
    )


def main() -> int:
    if sys.argv[1:2] == ["--nest"]:
        url, where, accounts = sys.argv[2:5]
        return nest(url, where, accounts.split(","))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--pauses", type=int, default=0, help="workers stopped for longer than their lease")
    parser.add_argument("--backends", type=int, default=0, help="times the server ends all connections")
    parser.add_argument("--stops", type=int, default=0, help="immediate stops of a server of the day's own")
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--accounts", type=int, default=1)
    parser.add_argument("--postgres", help="connection text; without it one SQLite file per account")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds for the rest of the work")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.backends and not (options.postgres or options.stops):
        parser.error("--backends needs --postgres or --stops")
    if options.stops and options.postgres:
        parser.error("--stops has a server of its own and takes no --postgres")
    result = run_stopping(options) if options.stops else run_day(options)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    # Who was stopped between its last look at the lease and its call makes that call when it goes on, whoever has
    # done it meanwhile. The marketplace refuses it; it must not be carried out twice.
    once = () if options.pauses else ("repeated", "overlapping")
    bad = any(result[name] for name in ("lost", "wrong", "applied_twice", *once))
    return int(bad or not result["quiet"] or bool(result["workers_that_died_by_themselves"]))


if __name__ == "__main__":
    raise SystemExit(main())
