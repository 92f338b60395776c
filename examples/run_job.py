"""One job of one account as one process: what cron, Kubernetes and Airflow start.

    WEMAKEPRICE_SECRET_KEYS=... python run_job.py shop.toml ledger.db collect_orders

Exit code 0: done. 3: another worker has the account, or a switch is off; the next start will do. 4: done,
but something was refused, or waits for a person.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from wemakeprice_sdk.client import WemakepriceClient
from wemakeprice_sdk.config import load_config
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, SqliteLedger, StopSwitch
from wemakeprice_sdk.secrets import cipher_from_env

JOBS = ("collect_orders", "track", "claims", "cs", "templates", "extend_sale_periods", "settlement")


def main(config_path: str, ledger_path: str, job: str) -> int:
    """Run one job."""
    if job not in JOBS:
        raise SystemExit(f"one of {', '.join(JOBS)}, not {job!r}")
    cipher = cipher_from_env()
    config = load_config(Path(config_path), cipher=cipher)
    stop = StopSwitch()
    # A polite kill ends between two actions; SIGKILL is survived as well.
    signal.signal(signal.SIGTERM, lambda *_: stop.press())
    with WemakepriceClient.from_config(config) as client, SqliteLedger(ledger_path, cipher) as ledger:
        report = getattr(ChannelRunner(client, ledger, SyncPolicy(config)), job)(stop=stop)
    sys.stdout.write(f"{report}\n")
    if report.skipped is not None:
        return 3
    return 0 if report.ok else 4


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:4]))
