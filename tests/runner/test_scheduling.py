"""The recipes of docs/scheduling.md, run as they stand."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kit import KEY, config

from wemakeprice_sdk.config import save_config
from wemakeprice_sdk.runner import SqliteLedger
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.secrets import cipher_from_env, format_key_ring, generate_key

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    keys = format_key_ring({"k1": generate_key()})
    return {"PATH": "/usr/bin:/bin", "WEMAKEPRICE_SECRET_KEYS": keys, "LEDGER": str(tmp_path / "ledger.db")}


def write_shop(tmp_path: Path, url: str, environment: dict[str, str]) -> Path:
    path = tmp_path / "shop.toml"
    save_config(path, config(base_url=url), cipher=cipher_from_env(environ=environment))
    environment["SHOP"] = str(path)
    return path


def test_cron_runs_a_job_in_its_bare_environment_and_leaves_a_held_account_alone(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    sandbox = Sandbox(seed=1)
    sandbox.add_account(KEY)
    number = sandbox.place_order(KEY).bundle_no
    with SandboxServer(sandbox) as server:
        shop = write_shop(tmp_path, server.url, environment)
        # As cron does: a shell, a bare environment, the line from the crontab.
        line = f"{sys.executable} {EXAMPLES / 'run_job.py'} {shop} {tmp_path / 'ledger.db'} collect_orders"
        first = subprocess.run(["/bin/sh", "-c", line], env=environment, capture_output=True, timeout=60)
        assert first.returncode == 0, first.stderr.decode()
        assert [entry.targets["bundleNo"] for entry in sandbox.journal.writes("orders_confirm")] == [number]
        with SqliteLedger(tmp_path / "ledger.db", cipher_from_env(environ=environment)) as ledger:
            assert ledger.acquire_lease("shop", "the run before", 60) is not None
            second = subprocess.run(["/bin/sh", "-c", line], env=environment, capture_output=True, timeout=60)
        assert second.returncode == 3, second.stdout.decode()
        assert b"lease-held" in second.stdout


def test_a_celery_worker_runs_the_jobs_from_a_broker(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    celery = pytest.importorskip("celery", reason="celery is in the test group of a full installation")
    pytest.importorskip("celery.contrib.testing.worker")
    sandbox = Sandbox(seed=1)
    sandbox.add_account(KEY)
    numbers = [sandbox.place_order(KEY).bundle_no for _ in range(3)]
    with SandboxServer(sandbox) as server:
        write_shop(tmp_path, server.url, environment)
        for name, value in environment.items():
            if name != "PATH":
                monkeypatch.setenv(name, value)
        folder = tmp_path / "broker"
        folder.mkdir()
        # Another process with a real broker: messages lie as files between sender and worker.
        script = tmp_path / "worker_and_sender.py"
        script.write_text(_SENDER.format(examples=str(EXAMPLES), folder=str(folder)))
        done = subprocess.run(
            [sys.executable, str(script)],
            capture_output=True,
            timeout=90,
            env={**os.environ, "BROKER": "filesystem://"},
        )
    assert celery.__version__
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    assert b"'applied': 3" in done.stdout
    confirmed = [entry.targets["bundleNo"] for entry in sandbox.journal.writes("orders_confirm")]
    assert confirmed == numbers


_SENDER = """
import sys
sys.path.insert(0, {examples!r})
from celery_tasks import app, job
app.conf.broker_transport_options = {{
    "data_folder_in": {folder!r}, "data_folder_out": {folder!r}, "control_folder": {folder!r} + "/control",
}}
app.conf.result_backend = "file://" + {folder!r}
from celery.contrib.testing.worker import start_worker
with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
    print(job.delay("collect_orders").get(timeout=60))
    print(job.delay("collect_orders").get(timeout=60))
"""


def test_the_recipes_are_importable_without_side_effects() -> None:
    spec = importlib.util.spec_from_file_location("run_job", EXAMPLES / "run_job.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert "collect_orders" in module.JOBS
