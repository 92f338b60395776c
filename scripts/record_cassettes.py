"""Record one cassette per operation from the sandbox over real HTTP, or show what would change.

`--check` records into a temporary folder, prints the differences to `cassettes/` and fails when there are any.
"""

from __future__ import annotations

import argparse
import difflib
import sys
import tempfile
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "cassettes"
sys.path.insert(0, str(ROOT / "tests" / "client"))

from cassette_cases import CASES, Case  # noqa: E402
from cassette_tape import recorder  # noqa: E402
from client_kit import KEY, NOW  # noqa: E402

from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, VerificationPolicy, WemakepriceClient  # noqa: E402
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer  # noqa: E402


def record(operation: str, case: Case, folder: Path, inner: httpx.Client) -> None:
    sandbox = Sandbox(seed=1, clock=NOW)
    sandbox.add_account(KEY)
    given = case.prepare(sandbox)
    with (
        SandboxServer(sandbox) as server,
        WemakepriceClient(
            KEY,
            base_url=server.url,
            http_client=inner,
            throttle=ThrottlePolicy(min_gap=0),
            retry=RetryPolicy.never(),
            verification=VerificationPolicy(read_before=False),
        ) as client,
        recorder(operation, given, "all")(folder / f"{operation}.yaml"),
    ):
        case.call(client, given)


def differences(fresh: Path, kept: Path) -> list[str]:
    lines: list[str] = []
    for name in sorted({path.name for folder in (fresh, kept) for path in folder.glob("*.yaml")}):
        old, new = (
            (folder / name).read_text("utf-8").splitlines(keepends=True) if (folder / name).exists() else []
            for folder in (kept, fresh)
        )
        lines += difflib.unified_diff(old, new, f"cassettes/{name}", "recorded now")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something changed")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder, httpx.Client(trust_env=False) as inner:
        fresh = Path(folder)
        for operation, case in CASES.items():
            record(operation, case, fresh, inner)
        changes = differences(fresh, HOME)
        sys.stdout.writelines(changes)
        if check:
            return int(bool(changes))
        HOME.mkdir(exist_ok=True)
        for path in HOME.glob("*.yaml"):
            path.unlink()
        for path in fresh.glob("*.yaml"):
            (HOME / path.name).write_text(path.read_text("utf-8"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
