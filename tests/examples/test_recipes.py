"""The recipes for Airflow, Temporal and Kubernetes: their use of our API runs, their own side is looked at."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from celery.schedules import crontab

from wemakeprice_sdk.runner import JobVerdict

if TYPE_CHECKING:
    from .conftest import Place

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
FIRST = "0" * 31 + "1"


def load_standins() -> ModuleType:
    spec = importlib.util.spec_from_file_location("standins", Path(__file__).with_name("standins.py"))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


STANDINS = load_standins()


def recipe(name: str, modules: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for known, module in modules.items():
        monkeypatch.setitem(sys.modules, known, module)
    monkeypatch.delitem(sys.modules, name, raising=False)
    made = importlib.import_module(name)
    monkeypatch.delitem(sys.modules, name)
    return made


# ---------------------------------------------------------------- Airflow


def test_airflow_maps_one_task_per_account(
    inside: Place, run_jobs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [inside.order() for _ in range(2)]
    other = inside.order("shop-2")
    inside.parcels(*numbers)
    dags: list[dict[str, Any]] = []
    recipe("airflow_dag", STANDINS.airflow(dags), monkeypatch)
    (dag,) = dags
    assert (dag["catchup"], dag["max_active_runs"]) == (False, 1)
    assert str(dag["start_date"].tzinfo) == "Asia/Seoul"
    crontab.from_string(dag["schedule"])
    (run,) = dag["mapped"]
    sellers = run.mapped["seller_id"].call()
    assert sellers == ["shop-1", "shop-2"]
    for seller in [*sellers, *sellers]:
        run.call(seller)
    assert Counter(inside.targets("orders_confirm")) == Counter([*numbers, other])
    assert sorted(inside.targets("orders_ship")) == numbers


def test_airflow_tells_trying_again_from_giving_up(
    inside: Place, run_jobs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    dags: list[dict[str, Any]] = []
    made = recipe("airflow_dag", STANDINS.airflow(dags), monkeypatch)
    (run,) = dags[0]["mapped"]
    assert run.options["retries"] == 3
    inside.sandbox.approve_key(FIRST, approved=False)
    with pytest.raises(made.AirflowFailException, match="shop-1: OPERATOR_NEEDED"):
        run.call("shop-1")
    inside.server.close()
    with pytest.raises(made.NotFinishedError, match="shop-2"):
        run.call("shop-2")


# ---------------------------------------------------------------- Temporal


def test_temporal_runs_the_jobs_of_an_account_as_an_activity(
    inside: Place, run_jobs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = inside.order()
    asked: list[tuple[Any, dict[str, Any]]] = []
    made = recipe("temporal_jobs", STANDINS.temporal(asked), monkeypatch)
    asyncio.run(made.AccountJobs().run("shop-1", ["collect_orders"]))
    assert inside.targets("orders_confirm") == [number]
    ((_, options),) = asked
    # Longer than the longest wait for a maintenance would be another story: it is tried again instead.
    assert options["start_to_close_timeout"].total_seconds() == 3600
    assert options["retry_policy"].maximum_attempts == 4


def test_temporal_tells_trying_again_from_giving_up(
    inside: Place, run_jobs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = recipe("temporal_jobs", STANDINS.temporal([]), monkeypatch)
    inside.sandbox.approve_key(FIRST, approved=False)
    with pytest.raises(made.ApplicationError) as final:
        made.run_jobs_of("shop-1", ["collect_orders"])
    inside.server.close()
    with pytest.raises(made.ApplicationError) as later:
        made.run_jobs_of("shop-2", ["templates"])
    assert (final.value.type, final.value.non_retryable) == ("OPERATOR_NEEDED", True)
    assert (later.value.type, later.value.non_retryable) == ("AGAIN_LATER", False)


def test_temporal_extends_at_korean_dawn_and_never_twice_at_once(
    inside: Place, run_jobs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = recipe("temporal_jobs", STANDINS.temporal([]), monkeypatch)
    schedules: dict[str, Any] = {}

    async def create_schedule(name: str, schedule: Any) -> None:
        schedules[name] = schedule

    asyncio.run(made.schedule_dawn(SimpleNamespace(create_schedule=create_schedule), "shop-1"))
    (schedule,) = schedules.values()
    assert schedule.spec.time_zone_name == "Asia/Seoul"
    (cron,) = schedule.spec.cron_expressions
    assert crontab.from_string(cron).hour <= {2, 3, 4, 5}
    assert schedule.policy.overlap.name == "SKIP"
    assert set(schedule.action.args[1]) <= set(run_jobs.JOBS)


# ---------------------------------------------------------------- Kubernetes

CRON_JOBS = list(yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("job", CRON_JOBS, ids=lambda job: job["metadata"]["name"])
def test_kubernetes_never_overlaps_and_takes_secrets_from_a_secret(job: dict[str, Any]) -> None:
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    spec = job["spec"]
    crontab.from_string(spec["schedule"])
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["timeZone"] == "Asia/Seoul"
    work = spec["jobTemplate"]["spec"]
    (rule,) = work["podFailurePolicy"]["rules"]
    assert rule["action"] == "FailJob"
    pod = work["template"]["spec"]
    assert pod["restartPolicy"] == "Never"  # podFailurePolicy needs it
    assert (
        pod["terminationGracePeriodSeconds"] > 48
    )  # a call with its longest silence (30 s), and what surrounds it
    (container,) = pod["containers"]
    assert rule["onExitCodes"]["containerName"] == container["name"]
    plain = {row["name"] for row in container["env"] if "value" in row}
    assert plain == {"JOBS_REGISTRY"}
    assert all("secretKeyRef" in row["valueFrom"] for row in container["env"] if row["name"] not in plain)
    mounted = {row["name"] for row in container["volumeMounts"]}
    assert mounted == {row["name"] for row in pod["volumes"]}


def test_kubernetes_gives_up_for_exactly_the_codes_that_trying_again_does_not_mend() -> None:
    for job in CRON_JOBS:
        (rule,) = job["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
        again = {JobVerdict.DONE.exit_code, JobVerdict.AGAIN_LATER.exit_code}
        usage = 2
        assert set(rule["onExitCodes"]["values"]) == {*(one.exit_code for one in JobVerdict), usage} - again


@pytest.mark.parametrize("job", CRON_JOBS, ids=lambda job: job["metadata"]["name"])
def test_the_container_starts_with_its_own_command_and_environment(place: Place, job: dict[str, Any]) -> None:
    numbers = [place.order() for _ in range(2)]
    place.parcels(*numbers)
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    secrets = {"keys": (place.folder / "keys").read_text(), "ledger": str(place.folder / "ledger.db")}
    # A first run reads some three hundred windows; the usual gap between calls would be most of the time.
    environ = {"PATH": os.defpath, "JOBS_GAP": "0"}
    for row in container["env"]:
        source = row.get("valueFrom", {}).get("secretKeyRef", {}).get("key")
        environ[row["name"]] = secrets[source] if source else row["value"]
    # The volumes are mounted on the test's folder instead.
    arguments = [re.sub(r"^/(accounts|warehouse)/", f"{place.folder}/", text) for text in container["args"]]
    environ["JOBS_REGISTRY"] = re.sub(r"^/accounts/", f"{place.folder}/", environ["JOBS_REGISTRY"])
    assert container["command"][0] == "python"
    command = [sys.executable, *container["command"][1:], *arguments]
    done = subprocess.run(command, cwd=place.folder, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    if "ship" in arguments:
        assert sorted(place.targets("orders_ship")) == numbers


def test_every_recipe_compiles() -> None:
    for path in sorted(EXAMPLES.glob("*.py")):
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
