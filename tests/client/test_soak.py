"""Calls that are cancelled and given up leave nothing behind; `scripts/soak.py` makes any number of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="counts what Linux shows in /proc"),
]
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "soak.py"


def test_cancelled_and_abandoned_calls_leave_no_memory_and_no_descriptor_behind() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--calls", "1500", "--cancelled", "0.4"],
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()[-4000:]
    result = json.loads(done.stdout)
    assert result["wrong"] == []
    assert sum(result["ends"].values()) == result["rows"][-1]["calls"] == 1500
    assert result["ends"]["cancelled"] > 20
