"""Child process: reads one `.xls` with xlrd under limits and writes its cells as JSON lines to stdout.

Run by file name (`python -P _xls_worker.py PATH MEMORY OUTPUT SECONDS ROWS COLUMNS`); imports nothing of the
package, so that the child starts fast and holds little.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Callable


def limit_process(memory: int, output: int, seconds: int) -> None:
    """Bound this process; where the platform has no such bounds the parent's clock is all there is."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def decode(data: bytes, encoding: str) -> str:
    """Decode as xlrd would, but let half a surrogate pair pass: long tables of strings are cut anywhere."""
    return data.decode(encoding, "surrogatepass" if encoding == "utf_16_le" else "strict")


def whole(text: str) -> str:
    """Join the halves of surrogate pairs; a half that stayed alone becomes U+FFFD."""
    if text.isascii():
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return re.sub("[\ud800-\udfff]", "\ufffd", joined)


def plain(kind: int, value: object, errors: dict[int, str]) -> object:
    """Return a cell as JSON: text, number, true or false, {"d": serial}, {"e": error text} or null."""
    if kind == 1:
        return whole(value) if isinstance(value, str) else value
    if kind == 2:
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
    if kind == 3:
        return {"d": value}
    if kind == 4:
        return bool(value)
    if kind == 5:
        return {"e": errors.get(value, "#ERR") if isinstance(value, int) else "#ERR"}
    return None


def dump(path: str, rows: int, columns: int, write: Callable[[str], object]) -> None:
    """Write the book, then every sheet and its rows."""
    import xlrd
    import xlrd.biffh
    import xlrd.book

    xlrd.book.unicode = xlrd.biffh.unicode = decode
    with open(os.devnull, "w", encoding="utf-8") as log:
        book = xlrd.open_workbook(path, logfile=log, on_demand=True, ragged_rows=True)
        write(json.dumps({"book": {"date1904": book.datemode == 1, "codepage": book.codepage or 0}}) + "\n")
        for index in range(book.nsheets):
            sheet = book.sheet_by_index(index)
            far = sum(sheet.row_len(number) > columns for number in range(sheet.nrows))
            head = {"sheet": whole(sheet.name), "hidden": bool(sheet.visibility), "far": far}
            write(json.dumps(head, ensure_ascii=True) + "\n")
            # One row past the limit, even a blank one, is enough for the parent to refuse the file.
            for number in range(min(sheet.nrows, rows + 1)):
                width = min(sheet.row_len(number), columns)
                if width or number == rows:
                    values = [
                        plain(
                            sheet.cell_type(number, at),
                            sheet.cell_value(number, at),
                            xlrd.error_text_from_code,
                        )
                        for at in range(width)
                    ]
                    write(json.dumps([number + 1, values], ensure_ascii=True, separators=(",", ":")) + "\n")
            book.unload_sheet(index)
    write('{"end":true}\n')


def main(arguments: list[str]) -> int:
    """Read the file named first; exit code 3 with a reason on stderr when it cannot be read."""
    path, memory, output, seconds, rows, columns = arguments
    limit_process(int(memory), int(output), int(seconds))
    try:
        dump(path, int(rows), int(columns), sys.stdout.write)
        sys.stdout.flush()
    except MemoryError:
        return 4
    except OSError as error:
        if error.errno in (errno.EFBIG, errno.ENOSPC):
            # Leaving in the ordinary way would try to write what is still buffered.
            os._exit(4)
        sys.stderr.write(f"{type(error).__name__}: {error}"[:500])
        return 3
    except Exception as error:  # noqa: BLE001 - this process exists to turn any failure of the reader into a word
        sys.stderr.write(f"{type(error).__name__}: {error}"[:500])
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
