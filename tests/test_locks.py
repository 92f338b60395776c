"""The locked development requirements are those that pyproject.toml asks for, each file known by its hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = ("cli", "postgres", "keyring")


def wanted(group: str) -> set[str]:
    """Return what a group asks for, with the groups that it includes."""
    found: set[str] = set()
    for entry in PROJECT["dependency-groups"][group]:
        found |= {entry} if isinstance(entry, str) else wanted(entry["include-group"])
    return found


@pytest.mark.parametrize("group", ["dev", "test"])
def test_a_lock_holds_a_version_and_hashes_of_everything_asked_for(group: str) -> None:
    text = (ROOT / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    assert "://" not in text  # no index of whoever made it
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text).strip())
    locked: dict[str, list[Requirement]] = {}
    for entry in entries:
        pin, *hashes = entry.split(" \\\n")
        assert hashes
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", line) for line in hashes)
        one = Requirement(pin)
        locked.setdefault(canonicalize_name(one.name), []).append(one)
    extras = {text for extra in EXTRAS for text in PROJECT["project"]["optional-dependencies"][extra]}
    for asked in map(Requirement, wanted(group) | extras | set(PROJECT["project"]["dependencies"])):
        pins = locked.get(canonicalize_name(asked.name), [])
        assert pins, f"{asked.name} is not locked: make lock"
        for pin in pins:
            version = str(pin.specifier).removeprefix("==")
            assert asked.specifier.contains(version), f"{asked} is locked as {version}: make lock"
