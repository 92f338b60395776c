"""The notebooks of the docs run in a real kernel, show what they promise, and show nobody."""

import importlib.util
import json
import os
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(path.stem for path in (ROOT / "docs" / "notebooks").glob("*.ipynb"))
SHOWN = {
    "owed": ("정산 대사 Reconciliation", "256361", "short-paid", "data:image/png"),
    "shop-month": ("작업 결과 JobReport", "상황판 AccountStatus", "***", "data:image/png"),
}


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("notebooks", ROOT / "scripts" / "notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_of_the_docs_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    monkeypatch.setitem(os.environ, "MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebooks = script()
    korean, english = notebooks.page(name, "ko"), notebooks.page(name, "en")
    for page in (korean, english):
        assert [text for text in SHOWN[name] if text not in page] == []
        assert "홍길동" not in page
        assert "Traceback" not in page
    assert korean != english
    assert not re.search("[가-힣]", "".join(re.findall(r"^#+ .*$", english, re.M)))


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_kept_without_outputs_and_in_both_languages(name: str) -> None:
    document = json.loads((ROOT / "docs" / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    cells = document["cells"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if "outputs" in cell)
    languages = [cell["metadata"]["lang"] for cell in cells if cell["cell_type"] == "markdown"]
    assert languages.count("ko") == languages.count("en") > 2
    for page in (f"{name}.md", f"{name}.ko.md"):
        assert f"<!-- notebook: {name} -->" in (ROOT / "docs" / "notebooks" / page).read_text(
            encoding="utf-8"
        )
