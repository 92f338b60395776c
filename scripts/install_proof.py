"""Install the built wheel into a fresh virtual environment and use it there as a stranger would."""

import hashlib
import json
import subprocess
import sys
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
    sys.stdout.write(f"{wheels[0].name}: installs, imports lightly, carries the contract, runs the demo\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
