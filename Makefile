# `make demo` and `make test` need Python 3.11 or newer with pip, and make. They set up $(VENV) themselves.
PYTHON ?= python3
VENV ?= .venv
CONSTRAINT ?=
GROUP ?= dev
SELECT ?=
# What the tests reach with the long proofs left out, in per cent of lines and branches; raise them, never lower them.
FLOOR := 94
POLICY_FLOOR := 97
WIRE_FLOOR := 98
# The tests start hundreds of processes, each of which would compile the package again.
unexport PYTHONDONTWRITEBYTECODE
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test coverage lint types docs wheel sync lock audit cassettes benchmarks clean help

help:
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade pip
	@touch $@

$(VENV)/.runtime: $(VENV)/.python pyproject.toml
	$(PIP) install --quiet --editable .
	@touch $@

# From the lock, each file by its hash; with CONSTRAINT, what the constraints leave, as a user's pip would choose.
$(VENV)/.dev: $(VENV)/.python pyproject.toml requirements/$(GROUP).txt
ifdef CONSTRAINT
	$(PIP) install --quiet -c $(CONSTRAINT) --editable '.[cli,postgres,keyring]' --group $(GROUP)
else
	$(PIP) install --quiet --require-hashes -r requirements/$(GROUP).txt
	$(PIP) install --quiet --no-deps --editable .
endif
	@touch $@ $(VENV)/.runtime

demo: $(VENV)/.runtime ## a seller's day on the embedded sandbox
	$(BIN)/python -m wemakeprice_sdk demo

test: $(VENV)/.dev ## set up, then all tests
	$(BIN)/python -m pytest -n auto -q $(SELECT)

coverage: $(VENV)/.dev ## all tests under branch coverage, with its floors
	rm -f .coverage .coverage.*
	$(BIN)/python -m coverage run -m pytest -n auto -q $(SELECT)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered --fail-under=$(FLOOR)
	$(BIN)/python -m coverage report --format=total --include='*/policy/*' --fail-under=$(POLICY_FLOOR)
	$(BIN)/python -m coverage report --format=total --include='*/wire/*' --fail-under=$(WIRE_FLOOR)

lint: $(VENV)/.dev ## format, lint, import walls, generated code and pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python scripts/unasync.py --check
	$(BIN)/python scripts/sandbox_contract.py --check
	$(BIN)/python scripts/glossary.py --check
	$(BIN)/python scripts/errors_page.py --check
	$(BIN)/python scripts/moving_out.py --check
	$(BIN)/python scripts/catalogue_schema.py --check
	$(BIN)/python scripts/command_pages.py --check

# Test folders have files of the same names, and import their own kits by plain name: mypy looks at one folder at a time.
TESTED := tests $(filter-out tests/typing tests/examples,$(patsubst %/,%,$(sort $(dir $(wildcard tests/*/test_*.py)))))

types: $(VENV)/.dev ## mypy --strict and pyright; mypy over the tests
	$(BIN)/mypy
	$(BIN)/pyright
	MYPYPATH=src:tests $(BIN)/mypy --config-file tests/mypy.ini tests/examples
	for room in $(TESTED); do \
	  MYPYPATH=src:tests:$$room $(BIN)/mypy --config-file tests/mypy.ini $$room/*.py || exit 1; \
	done

docs: $(VENV)/.dev ## the documentation, warnings as errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(BIN)/python scripts/check_site.py site

wheel: $(VENV)/.dev ## build the wheel and prove that it installs and runs
	rm -rf dist
	$(BIN)/python -m build --quiet --outdir dist
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl
	$(BIN)/python scripts/install_proof.py dist

sync: $(VENV)/.dev ## write the sync clients again from the async ones
	$(BIN)/python scripts/unasync.py

lock: $(VENV)/.python ## resolve the locked development requirements again, for all platforms and Python versions
	$(PIP) install --quiet uv
	for group in dev test; do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
	    --custom-compile-command 'make lock' --group $$group --extra cli --extra postgres --extra keyring \
	    pyproject.toml -o requirements/$$group.txt || exit 1; \
	done

audit: $(VENV)/.dev ## ask the advisory databases about every locked package (needs pypi.org or osv.dev)
	$(PIP) install --quiet pip-audit
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements/dev.txt

cassettes: $(VENV)/.dev ## record the cassettes again from the sandbox
	$(BIN)/python scripts/record_cassettes.py

# The peers are an optional requirement of the benchmarks alone; READERS="--rows 20000 --shapes excel,csv" chooses.
PEERS := polars fastexcel pyarrow python-calamine pandas openpyxl xlsxwriter xlwt pydantic msgspec requests httpx2 \
  notion-client stripe hcloud boto3 openai
benchmarks: $(VENV)/.dev ## the figures of docs/speed.md and docs/excel.md, beside peers
	$(PIP) install --quiet $(PEERS)
	$(BIN)/python benchmarks/wire.py
	$(BIN)/python benchmarks/calls.py
	$(BIN)/python benchmarks/imports.py
	$(BIN)/python benchmarks/plan.py
	$(BIN)/python benchmarks/ledger.py 10000 100000 --products 2000
	$(BIN)/python benchmarks/settlement.py
	$(BIN)/python benchmarks/excel_products.py $(READERS)

clean: ## remove what the targets made
	rm -rf $(VENV) .coverage .coverage.* dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
