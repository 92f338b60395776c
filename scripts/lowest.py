"""Print a pip constraint for each run-time dependency at the lowest version pyproject.toml allows."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def lowest(requirements: list[str]) -> list[str]:
    found = [re.match(r"([A-Za-z0-9_.-]+)(?:\[[^]]*])?>=([0-9.]+)", text) for text in requirements]
    if not all(found):
        raise SystemExit(f"every requirement needs a lower bound: {requirements}")
    return [f"{match[1]}=={match[2]}" for match in found if match]


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [text for texts in project["optional-dependencies"].values() for text in texts]
    print("\n".join(lowest(project["dependencies"] + extras)))
