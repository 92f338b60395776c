"""The scripts that keep the pages right: the glossary against the code, the built site against its readers."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("orders.confirm", True),
        ("orders.confrim", False),
        ("config.ChannelConfig.api_key", True),
        ("config.ChannelConfig.key", False),
        ("config.ConfirmationMode.RUNPLE", True),
        ("policy.gates", True),
        ("shipping.list", False),
    ],
)
def test_the_glossary_knows_which_names_exist(name: str, there: bool) -> None:
    assert script("glossary").exists(name) is there


@pytest.mark.parametrize("name", ["glossary", "errors_page"])
def test_a_written_page_is_in_step_and_an_edited_one_is_seen(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = script(name)
    monkeypatch.setattr("sys.argv", [f"{name}.py", "--check"])
    assert writer.main() == 0
    edited = tmp_path / "page.md"
    edited.write_text(writer.page("en") + "\n| 딜 | bargain |\n", encoding="utf-8")
    monkeypatch.setattr(writer, "ROOT", tmp_path)
    monkeypatch.setattr(writer, "PAGES", {"en": edited})
    assert writer.main() == 1


def test_an_exception_without_an_entry_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, entries = script("errors_page"), tmp_path / "errors.toml"
    text = writer.ENTRIES.read_text("utf-8").replace("[WindowError]", "[WindError]")
    entries.write_text(text, encoding="utf-8")
    monkeypatch.setattr(writer, "ENTRIES", entries)
    with pytest.raises(SystemExit, match="WindError, WindowError"):
        writer.page("ko")


def site(folder: Path, link: str, text: str, separator: str) -> Path:
    (folder / "ko").mkdir(parents=True)
    (folder / "search").mkdir()
    (folder / "index.html").write_text('<h1 id="start">x</h1>', encoding="utf-8")
    (folder / "ko" / "index.html").write_text(f'<a href="{link}">x</a>', encoding="utf-8")
    index = {"config": {"lang": ["en", "ko"], "separator": separator}, "docs": [{"title": "", "text": text}]}
    (folder / "search" / "search_index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def test_a_page_that_llms_txt_leaves_out_is_seen(tmp_path: Path) -> None:
    for page in ("", "client", "ko", "ko/client", "reference/orders"):
        (tmp_path / page).mkdir(parents=True, exist_ok=True)
        (tmp_path / page / "index.html").write_text("", encoding="utf-8")
    (tmp_path / "llms.txt").write_text("[a](ko/) [b](gone/)", encoding="utf-8")
    assert script("check_site").unnamed(tmp_path) == ["client/", "gone/"]


@pytest.mark.parametrize(
    ("link", "broken"),
    [("../", 0), ("../#start", 0), ("https://example.com/", 0), ("../#end", 1), ("../client/", 1)],
)
def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path, link: str, broken: int) -> None:
    check, built = script("check_site"), site(tmp_path / "site", link, "", " ")
    assert len(check.broken_links(built, check.read_pages(built))) == broken


def test_a_public_name_without_an_entry_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check, page = script("check_site"), tmp_path / "index.html"
    monkeypatch.setattr(check, "ROOMS", ["files"])
    entries = [
        f'<h2 id="wemakeprice_sdk.files.{name}">x</h2>' for name in ("Cell", "CellError", "FileFormat")
    ]
    elsewhere = '<h2 id="wemakeprice_sdk.files.limits.FileLimits">x</h2>'
    page.write_text("".join(entries), encoding="utf-8")
    assert check.undocumented(check.read_pages(tmp_path)) == ["wemakeprice_sdk.files.FileLimits"]
    page.write_text("".join([*entries, elsewhere]), encoding="utf-8")
    assert check.undocumented(check.read_pages(tmp_path)) == []
    assert check.read_pages(tmp_path)[page.resolve()].elements == 4


def test_a_separator_that_hides_words_is_seen(tmp_path: Path) -> None:
    check = script("check_site")
    text = f"({') ('.join(check.FINDABLE)})"
    assert check.unfindable(site(tmp_path / "good", "../", text, r"[\s()]+")) == []
    assert check.unfindable(site(tmp_path / "brackets", "../", text, r"\s+")) == list(check.FINDABLE)
    assert check.unfindable(site(tmp_path / "dots", "../", text, r"[\s().]+")) == [
        "orders.ship",
        "orders.confirm",
    ]
