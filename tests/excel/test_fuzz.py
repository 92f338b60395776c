"""A bounded fuzz run: mutated files in a child process with limits give records or typed errors, nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "excel_fuzz.py"


@pytest.mark.skipif(sys.platform == "win32", reason="the limits of the child are POSIX")
def test_mutated_files() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--count", "250", "--seed", "101", "--xls-share", "0.04"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "records" in done.stdout
    assert "UnreadableFileError" in done.stdout
