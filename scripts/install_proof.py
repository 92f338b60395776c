"""Install the built wheel into a fresh virtual environment and use it there as a stranger would."""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

LOOK = """
import hashlib, json, sys, importlib.metadata, importlib.resources
before = set(sys.modules)
import wemakeprice_sdk
loaded = set(sys.modules) - before
files = importlib.resources.files("wemakeprice_sdk")
print(json.dumps({
    "version": importlib.metadata.version("wemakeprice-sdk"),
    "same": wemakeprice_sdk.__version__,
    "file": wemakeprice_sdk.__file__,
    "contract": {item.name: hashlib.sha256(item.read_bytes()).hexdigest() for item in (files / "contract").iterdir()},
    "typed": (files / "py.typed").is_file(),
    "heavy": sorted(loaded & {"openpyxl", "cryptography", "httpx", "wemakeprice_sdk.sandbox", "wemakeprice_sdk.client"}),
}))
"""


def contract() -> dict[str, str]:
    files = (Path(__file__).parent.parent / "contract").iterdir()
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def main(folder: Path) -> None:
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1 or not list(folder.glob("*.tar.gz")):
        raise SystemExit(f"one wheel and one source archive expected in {folder}, found {wheels}")
    # A wheel carries no examples: whoever installed it finds them in the source archive.
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        packed = {Path(name).name for name in archive.getnames() if "/examples/" in name}
    examples = {path.name for path in (Path(__file__).parent.parent / "examples").iterdir() if path.is_file()}
    if not examples <= packed:
        raise SystemExit(f"the source archive lacks examples: {sorted(examples - packed)}")
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "venv"
        venv.create(home, with_pip=True)
        python = str(home / "bin" / "python")

        def run(*command: str) -> str:
            return subprocess.run(command, cwd=scratch, check=True, text=True, stdout=subprocess.PIPE).stdout

        run(python, "-m", "pip", "install", "--quiet", str(wheels[0].resolve()))
        look = json.loads(run(python, "-W", "error", "-c", LOOK))
        same = look["version"] == look["same"] and look["contract"] == contract()
        if not same or not look["typed"] or look["heavy"] or not look["file"].startswith(scratch):
            raise SystemExit(f"the installed package is not as it should be: {look}")
        run(python, "-m", "pip", "check")
        run(str(home / "bin" / "wemakeprice"), "demo")
        bare = subprocess.run(
            [str(home / "bin" / "wemakeprice"), "orders", "list"], capture_output=True, text=True, check=False
        )
        if bare.returncode != 78 or "wemakeprice-sdk[cli]" not in bare.stderr:
            raise SystemExit(f"without the extra, a command has to name it: {bare}")
        run(python, "-m", "pip", "install", "--quiet", f"{wheels[0].resolve()}[cli]")
        run(str(home / "bin" / "wemakeprice"), "orders", "list", "--help")
    sys.stdout.write(f"{wheels[0].name}: installs, imports lightly, carries the contract, runs the demo\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
