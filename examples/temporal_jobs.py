"""Temporal: a workflow per account, started by a schedule that never overlaps itself."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from run_jobs import Supplies, Workplace, run_account

    from wemakeprice_sdk.runner import JobVerdict

QUEUE = "wemakeprice"


@activity.defn
def run_jobs_of(seller_id: str, jobs: list[str]) -> None:
    """Run jobs of one account; the worker gives it a thread (`activity_executor`)."""
    work = Workplace.from_env()
    verdict = run_account(work, seller_id, jobs, Supplies.from_env(work.registry))
    if verdict is not JobVerdict.DONE:
        again = verdict is JobVerdict.AGAIN_LATER
        raise ApplicationError(f"{seller_id}: {verdict.name}", type=verdict.name, non_retryable=not again)


@workflow.defn
class AccountJobs:
    """The jobs of one account (판매채널)."""

    @workflow.run
    async def run(self, seller_id: str, jobs: list[str]) -> None:
        """Run them, and again when they could not be finished."""
        await workflow.execute_activity(
            run_jobs_of,
            args=[seller_id, jobs],
            start_to_close_timeout=timedelta(hours=1),
            retry_policy=RetryPolicy(initial_interval=timedelta(minutes=1), maximum_attempts=4),
        )


async def schedule_dawn(client: Client, seller_id: str) -> None:
    """Extend sale periods at dawn, Korean time."""
    await client.create_schedule(
        f"wemakeprice-dawn-{seller_id}",
        Schedule(
            action=ScheduleActionStartWorkflow(
                AccountJobs.run,
                args=[seller_id, ["extend_sale_periods"]],
                id=f"wemakeprice-{seller_id}-dawn",
                task_queue=QUEUE,
            ),
            spec=ScheduleSpec(cron_expressions=["20 2-5 * * *"], time_zone_name="Asia/Seoul"),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
        ),
    )
