"""Every input that fuzzing begins with or ever broke on, and a few hundred mutations: typed errors only."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", Path(__file__).parents[1] / "scripts" / "fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fuzz = load()


@pytest.mark.parametrize("name", list(fuzz.TARGETS))
def test_only_typed_errors_come_out(name: str) -> None:
    ended = [fuzz.tried(name, data) for data in fuzz.inputs(name)]
    assert "" in ended, "an input that is in order"
    assert sum(fuzz.run(name, 150, seed=1).values()) == 150
