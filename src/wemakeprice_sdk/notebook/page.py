"""HTML for notebooks: escaped, bounded, readable at 1,000 pixels, in light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Final, TypeAlias

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import whole_text

ShownCell: TypeAlias = "bool | int | float | str | date | None"

MOST_COLUMNS: Final = 12
_MOST_TEXT: Final = 160
_KOREAN: Final = "_ko"
_NUMBERED: Final = frozenset({"no", "seq", "number", "id", "row", "index", "code", "fence"})
"""Last words of the names of columns whose numbers are names of things: no commas in them."""

# Jupyter and VS Code say their colours in variables; anything else gets its own from the reader's setting.
_LIGHT: Final = {
    "text": "#1f2328",
    "faint": "#59636e",
    "back": "#ffffff",
    "stripe": "#f5f6f8",
    "line": "#d5d9de",
}
_DARK: Final = {
    "text": "#e8eaed",
    "faint": "#a5abb3",
    "back": "#1b1d20",
    "stripe": "#25282c",
    "line": "#42474d",
}
_THEME: Final = {
    "text": ("--jp-ui-font-color0", "--vscode-editor-foreground"),
    "faint": ("--jp-ui-font-color2", "--vscode-descriptionForeground"),
    "back": ("--jp-layout-color0", "--vscode-editor-background"),
    "stripe": ("--jp-layout-color1", "--vscode-editorWidget-background"),
    "line": ("--jp-border-color2", "--vscode-widget-border"),
}
_RULES: Final = (
    ".wmp{color:var(--wmp-text);background:var(--wmp-back);font:13px/1.45 system-ui,sans-serif;padding:8px;"
    "max-width:100%;box-sizing:border-box;text-align:left}"
    ".wmp .wmp-title{font-weight:600;font-size:15px;margin:0 0 6px}"
    ".wmp .wmp-note{color:var(--wmp-faint);font-size:12px;margin:2px 0 8px}"
    ".wmp .wmp-wide{overflow-x:auto;margin:0 0 4px}"
    ".wmp table{border-collapse:collapse;margin:0;border:0;color:inherit;font-size:12px}"
    ".wmp caption{caption-side:top;text-align:left;font-weight:600;color:var(--wmp-text);padding:8px 0 3px;"
    "white-space:nowrap}"
    ".wmp th,.wmp td{padding:3px 9px;border:0;border-bottom:1px solid var(--wmp-line);text-align:left;"
    "vertical-align:top;color:inherit;background:var(--wmp-back);max-width:26em;overflow-wrap:break-word;"
    "white-space:normal;word-break:keep-all}"
    ".wmp th{font-weight:600;background:var(--wmp-stripe)}"
    ".wmp .wmp-number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}"
    ".wmp .wmp-facts .wmp-number{text-align:left}"
    ".wmp .wmp-short{white-space:nowrap}"
    ".wmp small{display:block;color:var(--wmp-faint);font-size:11px}"
)


@frozen(kw_only=True)
class Grid:
    """A table to be shown: rows of plain values under headings.

    `wanted` are the columns to show (the first ones that are not blank when none are named), `left` counts
    the values that are not among the rows, `count` all of them.
    """

    title: str = ""
    headings: Mapping[str, str]
    rows: Sequence[Mapping[str, ShownCell]]
    wanted: tuple[str, ...] = ()
    count: int
    left: int = 0


def page(title: str, facts: Grid | None, grids: Iterable[Grid]) -> str:
    """Return a title, the facts of one row below each other, and tables, as one piece of HTML."""
    parts = [f'<div class="wmp-title">{escape(title)}</div>'] if title else []
    if facts is not None:
        parts.append(_facts(facts))
    parts += [_grid(grid) for grid in grids]
    return f'<div class="wmp"><style>{_style()}</style>{"".join(parts)}</div>'


def facts_page(title: str, facts: Mapping[str, ShownCell]) -> str:
    """Return a title and values under labels."""
    return page(title, Grid(headings={label: label for label in facts}, rows=[facts], count=1), ())


def _style() -> str:
    return (
        f".wmp{{{_colours(_LIGHT)}}}@media (prefers-color-scheme:dark){{.wmp{{{_colours(_DARK)}}}}}{_RULES}"
    )


def _colours(own: Mapping[str, str]) -> str:
    return "".join(
        f"--wmp-{name}:var({jupyter},var({code},{own[name]}));" for name, (jupyter, code) in _THEME.items()
    )


def _facts(grid: Grid) -> str:
    (row,) = grid.rows
    names = [name for name in grid.wanted or _told(grid) if row.get(name) not in (None, "")]
    lines = "".join(f"<tr><th>{escape(grid.headings[name])}</th>{_cell(name, row)}</tr>" for name in names)
    return (
        f'<div class="wmp-wide"><table class="wmp-facts"><tbody>{lines}</tbody></table></div>'
        if lines
        else ""
    )


def _grid(grid: Grid) -> str:
    told = _told(grid)
    names = list(grid.wanted) or told[:MOST_COLUMNS]
    head = "".join(f"<th{_kind(name, grid.rows)}>{escape(grid.headings[name])}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_cell(name, row) for name in names)}</tr>" for row in grid.rows)
    caption = f"<caption>{escape(grid.title)} ({grid.count:,})</caption>" if grid.title else ""
    table = f'<table class="wmp-rows">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="wmp-wide">{table}</div>' + "".join(_notes(grid, len(set(told) - set(names))))


def _notes(grid: Grid, columns: int) -> Iterator[str]:
    if not grid.rows:
        yield _note("없음 / nothing")
    if grid.left:
        yield _note(f"… 외 {grid.left:,}건 / … {grid.left:,} more")
    if columns:
        yield _note(f"열 {columns}개는 to_rows()에 있습니다 / {columns} more columns in to_rows()")


def _note(text: str) -> str:
    return f'<div class="wmp-note">{escape(text)}</div>'


def _told(grid: Grid) -> list[str]:
    """Return the columns that say anything; an English sentence stands in the cell of its Korean one."""
    twins = {name.removesuffix(_KOREAN) for name in grid.headings if name.endswith(_KOREAN)}
    return [
        name
        for name in grid.headings
        if name not in twins and any(row.get(name) not in (None, "") for row in grid.rows)
    ]


def _cell(name: str, row: Mapping[str, ShownCell]) -> str:
    value = row.get(name)
    text = escape(_text(name, value))
    if name.endswith(_KOREAN):
        text += f"<small>{escape(_text(name, row.get(name.removesuffix(_KOREAN))))}</small>"
    return f"<td{_kind(name, [row])}>{text}</td>"


def _kind(name: str, rows: Iterable[Mapping[str, ShownCell]]) -> str:
    """Return how a column stands: amounts to the right, other numbers and times unbroken."""
    value = next((row[name] for row in rows if row.get(name) is not None), None)
    if isinstance(value, int | float) and not isinstance(value, bool) and not _names(name):
        return ' class="wmp-number"'
    return ' class="wmp-short"' if isinstance(value, int | float | date) else ""


def _names(column: str) -> bool:
    return column.rpartition("_")[2] in _NUMBERED


def _text(name: str, value: ShownCell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, int):
        return str(value) if _names(name) else f"{value:,}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes").removesuffix("+09:00")
    text = ", ".join(whole_text(str(value)).splitlines())
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"
