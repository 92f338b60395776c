"""Celery: one task for every job, over one PostgreSQL (or one SQLite file on one machine).

celery --app celery_tasks worker --beat
"""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

from wemakeprice_sdk.client import WemakepriceClient
from wemakeprice_sdk.config import load_config
from wemakeprice_sdk.errors import CallError, LeaseLostError, LedgerUnavailableError
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, PostgresLedger, Skipped, SqliteLedger
from wemakeprice_sdk.runner.sql import SqlLedger
from wemakeprice_sdk.secrets import Cipher, cipher_from_env

app = Celery("wemakeprice", broker=os.environ.get("BROKER", "redis://127.0.0.1"))
app.conf.timezone = "Asia/Seoul"
app.conf.task_acks_late = True  # a killed worker's task is given to another one; the ledger makes that safe
app.conf.beat_schedule = {
    "orders": {"task": "wemakeprice.job", "schedule": 300.0, "args": ("collect_orders",)},
    "claims": {"task": "wemakeprice.job", "schedule": 600.0, "args": ("claims",)},
    "dawn": {
        "task": "wemakeprice.job",
        "schedule": crontab(hour="2", minute="10"),
        "args": ("extend_sale_periods",),
    },
}


def open_ledger(cipher: Cipher) -> SqlLedger:
    """Open the ledger all workers share."""
    if "LEDGER_POSTGRES" in os.environ:
        return PostgresLedger(os.environ["LEDGER_POSTGRES"], cipher)
    return SqliteLedger(os.environ["LEDGER"], cipher)


@app.task(
    name="wemakeprice.job",
    autoretry_for=(CallError, LeaseLostError, LedgerUnavailableError),
    retry_backoff=30,
    max_retries=5,
)
def job(name: str) -> dict[str, object]:
    """Run one job; an account that another worker holds is not waited for."""
    cipher = cipher_from_env()
    config = load_config(os.environ["SHOP"], cipher=cipher)
    with WemakepriceClient.from_config(config) as client, open_ledger(cipher) as ledger:
        report = getattr(ChannelRunner(client, ledger, SyncPolicy(config)), name)()
    done = {str(state): count for state, count in report.counts.items()}
    return {"held": report.skipped is Skipped.LEASE_HELD, "ok": report.ok, "done": done}
