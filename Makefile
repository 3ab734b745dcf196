# Two commands do everything from a fresh clone: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test check proof bench docs catalogues lock clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "digest needs Python 3.11 or newer. Try: make PYTHON=python3.12 demo"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "Try: install your system's python3-venv package"; exit 2; }

# Two stamps: the demo needs what a user needs, the tests need the tools as well.
$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what digest needs into $(VENV) (once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing the development tools into $(VENV) (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run  ## the whole job for real, on loopback: gather, curate, render, deliver, show
	@$(BIN)/digest demo

test: $(VENV)/.dev  ## the tests; lanes whose programs are missing say why they skip
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

check: $(VENV)/.dev  ## linters, types, layers, docs in step with the code
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/ruff format --check src tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m digest docs --check docs

proof: $(VENV)/.dev  ## the long proofs in full (hundreds of kills, all zones and years); writes docs/benchmarks.md
	@$(BIN)/python benchmarks/proof.py

bench: $(VENV)/.dev  ## ratios against named peers, medians of several rounds
	@for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: $(VENV)/.run  ## write the generated pages (docs/commands.md, docs/configuration.md)
	@$(BIN)/python -m digest docs docs

catalogues: $(VENV)/.run  ## the emails' words: bring the .po files up to date and compile them
	@$(BIN)/python -m digest.render.locale.catalogues

# The index address stays out of the lock: each place installs from the index it trusts, held to these hashes.
lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile -q pyproject.toml requirements.in --extra postgres --extra bounces --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.lock
	uv pip compile -q pyproject.toml requirements.in --extra dev --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements-dev.lock

clean:  ## remove what the build made
	rm -rf $(VENV) build dist .demo .proof .mypy_cache .ruff_cache .hypothesis
