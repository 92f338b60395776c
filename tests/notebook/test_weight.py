"""What only a notebook needs is loaded by a notebook only."""

import subprocess
import sys

CODE = """
import sys
import wemakeprice_sdk.catalogue, wemakeprice_sdk.cli, wemakeprice_sdk.client, wemakeprice_sdk.excel
import wemakeprice_sdk.ledger, wemakeprice_sdk.policy, wemakeprice_sdk.runner
from wemakeprice_sdk.models import Bundle
str(Bundle(bundle_no=1, purchase_no=2).to_rows())
heavy = {"matplotlib", "tqdm", "rich", "pandas", "polars", "IPython", "tomllib"}
print(sorted(name for name in sys.modules if name in heavy or name.startswith("wemakeprice_sdk.notebook")))
Bundle(bundle_no=1, purchase_no=2)._repr_html_()
print(sorted({"matplotlib", "tqdm", "rich"} & set(sys.modules)))
"""


def test_nothing_of_the_notebook_is_loaded_before_it_is_used() -> None:
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[1] == "[]"
    assert set(eval(run.stdout.splitlines()[0])) <= {"tomllib"}
