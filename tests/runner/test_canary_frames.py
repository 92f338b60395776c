"""Whatever room something breaks in, no reporter that shows local variables shows a key or a person."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from canary_failures import ROOMS, BrokenError, break_in
from IPython.core.ultratb import VerboseTB
from rich.console import Console
from rich.traceback import Traceback

import wemakeprice_sdk
from canary_kit import found_in

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(wemakeprice_sdk.__file__).parent


def as_rich_shows(error: BaseException) -> str:
    shown = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, width=200, max_frames=0,
        locals_max_length=200, locals_max_string=None, locals_hide_dunder=False,
    )  # fmt: skip
    out = Console(file=io.StringIO(), width=200)
    out.print(shown)
    return str(out.file.getvalue())  # type: ignore[attr-defined] # the file above


def as_ipython_shows(error: BaseException) -> str:
    """Return what `%xmode Verbose` shows, of the tasks in a group too.

    It evaluates the names and attributes that stand in the lines around, so it begins at the library's door:
    the lines of these tests name canaries.
    """
    members = [one for one in getattr(error, "exceptions", ()) if isinstance(one, BaseException)]
    frames = error.__traceback__
    while frames is not None and not Path(frames.tb_frame.f_code.co_filename).is_relative_to(SOURCE):
        frames = frames.tb_next
    shown = VerboseTB(theme_name="nocolor").text(type(error), error, frames)
    return "\n".join([shown, *map(as_ipython_shows, members)])


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ROOMS))
def test_rich_and_ipython_show_nobody(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        act = break_in(ROOMS[name], stack, tmp_path, monkeypatch)
        with pytest.raises((BrokenError, BaseExceptionGroup)) as caught:
            act()
        for render in (as_rich_shows, as_ipython_shows):
            shown = render(caught.value)
            assert "BrokenError" in shown
            lines = [line for line in shown.splitlines() if found_in(line)]
            assert lines == [], render.__name__


@pytest.mark.slow
def test_pytest_shows_nobody(tmp_path: Path) -> None:
    """A test run of somebody who uses the library: everything that `-l --tb=long -vv` shows of a failure."""
    words = ["-l", "--tb=long", "-vv", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'runs'}"]
    # What a command prints with --personal is left out: that is what was asked for.
    words += ["--log-level=DEBUG", "--show-capture=log", "tests/runner/canary_failures.py"]
    command = [sys.executable, "-m", "pytest", *words]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 1, run.stdout[-2000:] + run.stderr
    assert f"{len(ROOMS)} failed" in run.stdout.splitlines()[-1]
    lines = [line for line in (run.stdout + run.stderr).splitlines() if found_in(line)]
    assert lines == []
    # It did look: local variables of the library's frames stand there.
    assert len(re.findall(r"^self +=", run.stdout, re.MULTILINE)) > 50
