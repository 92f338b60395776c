"""Run the notebooks of the docs and show them on their pages; MkDocs calls `on_page_markdown` as a hook.

A page says `<!-- notebook: name -->`. Its cells come as blocks with what they print, show and draw; a cell with the
`lang` of another language is left out. The notebooks are kept without outputs, so that they never show an old one.
"""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "docs" / "notebooks"
MARK = re.compile(r"<!-- notebook: ([\w-]+) -->")


@cache
def executed(name: str) -> Any:
    """Return a notebook with its outputs; raise `CellExecutionError` for a cell that fails."""
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
    return notebook


def page(name: str, language: str) -> str:
    """Return a notebook as Markdown, in one language."""
    parts = []
    for cell in executed(name).cells:
        if cell.cell_type == "markdown" and cell.metadata.get("lang", language) == language:
            # The page has a title of its own.
            parts.append(re.sub(r"\A# .*\n", "", cell.source))
        if cell.cell_type == "code":
            parts.append(f"```python\n{cell.source}\n```")
            parts += [shown for output in cell.outputs if (shown := _shown(output))]
    return "\n\n".join(parts)


def _shown(output: Any) -> str:
    if output.output_type == "stream":
        return f"```text\n{output.text.strip()}\n```"
    data = output.get("data", {})
    if "image/png" in data:
        return f'<img alt="" src="data:image/png;base64,{data["image/png"].strip()}">'
    if "text/html" in data:
        # Lines of their own would be Markdown again.
        return " ".join(line.strip() for line in data["text/html"].splitlines())
    return f"```text\n{data['text/plain']}\n```" if "text/plain" in data else ""


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put the notebooks of a page in place of their marks."""
    language = "ko" if page.file.src_uri.endswith(".ko.md") or page.url.startswith("ko/") else "en"
    render = globals()["page"]
    return MARK.sub(lambda found: render(found[1], language), markdown)
