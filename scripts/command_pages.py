"""Write docs/commands.md and its Korean twin from the commands themselves; `--check` says whether they are current."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from wemakeprice_sdk.cli.app import EXITS, PROGRAM, app
from wemakeprice_sdk.cli.console import Console, said

DOCS = Path(__file__).parent.parent / "docs"
MARK = re.compile(r"(<!-- commands: begin -->\n).*(<!-- commands: end -->)", re.DOTALL)
PAGES = {"en": DOCS / "commands.md", "ko": DOCS / "commands.ko.md"}


def leaves(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    if not isinstance(command, click.Group):
        yield command, context
        return
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, click.Context(found, parent=context, info_name=name))


def sections(language: str) -> str:
    console = Console(language)  # type: ignore[arg-type]
    root = click.Context(app, info_name=PROGRAM, obj=console)
    parts = [f"{said(EXITS, language)}\n"]  # type: ignore[arg-type]
    for command, context in leaves(app, root):
        parts.append(f"### {context.command_path}\n\n```usage\n{command.get_help(context)}\n```\n")
    return "\n".join(parts) + "\n"


def written(language: str, page: str) -> str:
    return MARK.sub(lambda found: f"{found[1]}\n{sections(language)}{found[2]}", page)


def main(check: bool) -> int:
    os.environ["COLUMNS"] = "80"
    stale = []
    for language, path in PAGES.items():
        page = path.read_text(encoding="utf-8")
        if MARK.search(page) is None:
            raise SystemExit(f"{path.name} has no place for the commands")
        new = written(language, page)
        if new != page:
            stale.append(path.name)
            if not check:
                path.write_text(new, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"not current: {', '.join(stale)}; run python scripts/command_pages.py\n")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
