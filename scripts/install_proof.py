"""Install the built wheel into a fresh virtual environment and use it there as a stranger would."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

LOOK = """
import json, sys, importlib.metadata, importlib.resources
before = set(sys.modules)
import wemakeprice_sdk
loaded = set(sys.modules) - before
files = importlib.resources.files("wemakeprice_sdk")
print(json.dumps({
    "version": importlib.metadata.version("wemakeprice-sdk"),
    "same": wemakeprice_sdk.__version__,
    "file": wemakeprice_sdk.__file__,
    "contract": (files / "contract" / "openapi.yaml").is_file() and (files / "contract" / "CONTRACT.md").is_file(),
    "typed": (files / "py.typed").is_file(),
    "heavy": sorted(loaded & {"openpyxl", "cryptography", "httpx", "wemakeprice_sdk.sandbox", "wemakeprice_sdk.client"}),
}))
"""


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
        wrong = [name for name in ("contract", "typed") if not look[name]]
        if look["version"] != look["same"] or wrong or look["heavy"] or not look["file"].startswith(scratch):
            raise SystemExit(f"the installed package is not as it should be: {look}")
        run(python, "-m", "pip", "check")
        run(str(home / "bin" / "wemakeprice"), "demo")
    sys.stdout.write(f"{wheels[0].name}: installs, imports lightly, carries the contract, runs the demo\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
