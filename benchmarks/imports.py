"""What importing costs, beside other clients: milliseconds of processor time of a whole process, and modules loaded.

    python -m venv PEERS && PEERS/bin/pip install . notion-client stripe hcloud boto3 openai
    PEERS/bin/python benchmarks/imports.py [--rounds 9]

Each statement runs in a fresh interpreter with bytecode in place, in turns, round by round; medians. A part of ours is
loaded when it is first named, so a client that names its orders, and the libraries below, are lines of their own. A
peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from importlib.util import find_spec

CLIENT = "from wemakeprice_sdk.client import WemakepriceClient"
STATEMENTS = {
    "(nothing)": "pass",
    "httpx": "import httpx",
    "wemakeprice_sdk": "import wemakeprice_sdk",
    "models: Bundle": "from wemakeprice_sdk.models import Bundle",
    "client": CLIENT,
    "client with its orders": f"{CLIENT}; WemakepriceClient('k', base_url='http://127.0.0.1:9').orders",
    "client and httpx": f"import httpx; {CLIENT}",
    "Excel": "from wemakeprice_sdk.excel import ExcelMigrator",
    "runner": "from wemakeprice_sdk.runner import ChannelRunner",
    "notion-client": "import notion_client",
    "hcloud": "import hcloud",
    "stripe": "import stripe",
    "boto3": "import boto3",
    "openai": "import openai",
}


def run(statement: str) -> tuple[float, int]:
    """Return processor milliseconds and the number of modules of one interpreter."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    code = f"{statement}\nimport sys; print(len(sys.modules))"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], env=kept, capture_output=True, check=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent * 1000, int(done.stdout)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--rounds", type=int, default=9)
    given = options.parse_args()
    there = {
        name: statement
        for name, statement in STATEMENTS.items()
        if not statement.startswith("import ") or find_spec(statement.split()[1].rstrip(";"))
    }
    taken: dict[str, list[tuple[float, int]]] = {name: [] for name in there}
    for round_no in range(given.rounds + 1):
        for name, statement in there.items():
            figures = run(statement)
            if round_no:  # the first one writes the bytecode
                taken[name].append(figures)
    base = statistics.median(spent for spent, _ in taken["httpx"])
    print(f"{'import':<26}{'cpu ms':>8}{'to httpx':>10}{'modules':>9}")
    for name, figures in taken.items():
        spent = statistics.median(one for one, _ in figures)
        print(f"{name:<26}{spent:>8.0f}{spent / base:>10.2f}{figures[0][1]:>9}")


if __name__ == "__main__":
    main()
