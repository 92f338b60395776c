"""Airflow 3: one mapped task per account; put `run_jobs.py` beside this file in the DAGs folder."""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException
from run_jobs import Supplies, Workplace, run_account

from wemakeprice_sdk.runner import JobVerdict

ORDERS = ["collect_orders", "claims", "ship"]


class NotFinishedError(Exception):
    """The task may be tried again."""


@dag(
    schedule="*/10 * * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Asia/Seoul"),
    catchup=False,  # collection fills a pause by itself
    max_active_runs=1,
)
def wemakeprice_orders() -> None:
    """Collect, answer claims and ship, account by account."""

    @task
    def accounts() -> list[str]:
        return [config.seller_id for config in Workplace.from_env().registry]

    @task(retries=3, retry_delay=timedelta(minutes=1))
    def run(seller_id: str) -> None:
        work = Workplace.from_env()
        verdict = run_account(work, seller_id, ORDERS, Supplies.from_env(work.registry))
        if verdict is JobVerdict.AGAIN_LATER:
            raise NotFinishedError(seller_id)
        if verdict is not JobVerdict.DONE:
            raise AirflowFailException(f"{seller_id}: {verdict.name}, see the log of this task")

    run.expand(seller_id=accounts())


wemakeprice_orders()
