"""Celery: beat starts a job for all accounts, and every account is a task of its own.

celery --app celery_app worker
celery --app celery_app beat

JOBS_REGISTRY, JOBS_KEYS and JOBS_LEDGER as for `run_jobs`; JOBS_PARCELS is the warehouse's file. A task
carries a seller id and names of jobs, so the broker never sees an order.
"""

from __future__ import annotations

import os

from celery import Celery, Task
from celery.schedules import crontab
from run_jobs import Supplies, Workplace, run_account

from wemakeprice_sdk.runner import JobVerdict

ORDERS = ["collect_orders", "claims", "ship"]

app = Celery("wemakeprice", broker=os.environ.get("JOBS_BROKER", "redis://localhost:6379/0"))
app.conf.update(
    timezone="Asia/Seoul",  # the hours below are Korean, wherever beat runs
    task_ignore_result=True,
    task_acks_late=True,  # the broker keeps a task until it is done; that it may run twice the ledger bears
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    beat_schedule={
        "orders": {
            "task": "wemakeprice.all_accounts",
            "schedule": crontab(minute="*/10"),
            "args": [ORDERS],
            "options": {"expires": 540},  # after a pause one start is enough: collection fills the gap itself
        },
        "dawn": {
            "task": "wemakeprice.all_accounts",
            "schedule": crontab(hour="2-5", minute="20"),
            "args": [["extend_sale_periods"]],
            "options": {"expires": 3000},
        },
        "settlement": {
            "task": "wemakeprice.all_accounts",
            "schedule": crontab(hour="7", minute="40"),
            "args": [["track", "settlement"]],
            "options": {"expires": 3600},
        },
    },
)


class OperatorNeededError(Exception):
    """Trying again will not help; the worker's log says what to look at."""


@app.task(name="wemakeprice.all_accounts")
def all_accounts(jobs: list[str]) -> None:
    """Queue the jobs once per account."""
    for config in Workplace.from_env().registry:
        one_account.delay(config.seller_id, jobs)


@app.task(name="wemakeprice.one_account", bind=True, max_retries=3)
def one_account(self: Task, seller_id: str, jobs: list[str]) -> None:
    """Run the jobs of one account; when another worker has it, there is nothing to do."""
    work = Workplace.from_env()
    verdict = run_account(work, seller_id, jobs, Supplies.from_env(work.registry))
    if verdict is JobVerdict.AGAIN_LATER:
        raise self.retry(countdown=60)
    if verdict is not JobVerdict.DONE:
        raise OperatorNeededError(f"{seller_id}: {verdict.name}, see the lines of this task in the log")
