"""Stand-ins for Airflow and Temporal, which are too heavy for these tests.

They hold no more of the real packages than the recipes use, keep what the recipe declares, and run its
functions as they are; a name the recipe needs and the stand-in lacks is an ImportError.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum
from types import ModuleType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from attrs import define, field


@define
class Task:
    call: Callable[..., Any]
    options: dict[str, Any] = field(factory=dict)
    mapped: dict[str, Any] = field(factory=dict)

    def __call__(self) -> Task:
        return self

    def expand(self, **mapped: Any) -> Task:
        self.mapped = mapped
        self.dag.append(self)
        return self

    @property
    def dag(self) -> list[Task]:
        return MAPPED


MAPPED: list[Task] = []


def airflow(dags: list[dict[str, Any]]) -> dict[str, ModuleType]:
    """Return the modules; `dags` collects every dag's options and mapped tasks."""

    def dag(**options: Any) -> Callable[[Callable[[], None]], Callable[[], None]]:
        def wrap(build: Callable[[], None]) -> Callable[[], None]:
            def made() -> None:
                MAPPED.clear()
                build()
                dags.append({"name": build.__name__, **options, "mapped": list(MAPPED)})

            return made

        return wrap

    def task(call: Callable[..., Any] | None = None, **options: Any) -> Any:
        return Task(call) if call is not None else lambda inner: Task(inner, options)

    class AirflowFailException(Exception):  # noqa: N818 -- Airflow's name
        pass

    def timestamp(*parts: int, tz: str) -> datetime:
        return datetime(*parts, tzinfo=ZoneInfo(tz))  # type: ignore[arg-type,misc]

    return {
        "airflow": module("airflow"),
        "airflow.sdk": module("airflow.sdk", dag=dag, task=task),
        "airflow.sdk.exceptions": module("airflow.sdk.exceptions", AirflowFailException=AirflowFailException),
        "pendulum": module("pendulum", datetime=timestamp),
    }


class ApplicationError(Exception):
    def __init__(self, message: str, *, type: str, non_retryable: bool) -> None:  # noqa: A002 -- Temporal's name
        super().__init__(message)
        self.type, self.non_retryable = type, non_retryable


class ScheduleOverlapPolicy(Enum):
    SKIP = 1


def temporal(asked: list[tuple[Any, dict[str, Any]]]) -> dict[str, ModuleType]:
    """Return the modules; `asked` collects the activities that workflows ask for."""

    async def execute_activity(activity: Callable[..., Any], *, args: list[Any], **options: Any) -> Any:
        asked.append((activity, options))
        return activity(*args)

    @contextlib.contextmanager
    def passed_through() -> Iterator[None]:
        yield

    def same(target: Any) -> Any:
        return target

    workflow = module(
        "temporalio.workflow",
        defn=same,
        run=same,
        execute_activity=execute_activity,
        unsafe=SimpleNamespace(imports_passed_through=passed_through),
    )
    activity = module("temporalio.activity", defn=same)
    client = module(
        "temporalio.client",
        Client=object,
        Schedule=SimpleNamespace,
        ScheduleActionStartWorkflow=lambda run, **options: SimpleNamespace(run=run, **options),
        ScheduleOverlapPolicy=ScheduleOverlapPolicy,
        SchedulePolicy=SimpleNamespace,
        ScheduleSpec=SimpleNamespace,
    )
    return {
        "temporalio": module("temporalio", activity=activity, workflow=workflow),
        "temporalio.activity": activity,
        "temporalio.workflow": workflow,
        "temporalio.client": client,
        "temporalio.common": module("temporalio.common", RetryPolicy=SimpleNamespace),
        "temporalio.exceptions": module("temporalio.exceptions", ApplicationError=ApplicationError),
    }


def module(name: str, **names: Any) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(names)
    return made
