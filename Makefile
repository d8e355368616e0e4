# make setup | run | test | lint | bench | prove — each does the set-up it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: setup run test lint bench prove lock clean

setup: $(STAMP)

$(STAMP): pyproject.toml .ci/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint .ci/constraints.txt --editable . --group dev
	@touch $(STAMP)

run: setup
	$(BIN)/strikebook serve --examples examples --first-backtest

test: setup lint
	$(BIN)/python -m pytest -n 2

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m bench

# The long proof: 2,000 random pairs through engine and oracle, what occurred in them, and every listed mutant.
prove: setup
	$(BIN)/python -m tests.engine.prove pairs
	$(BIN)/python -m tests.oracle.census 2000
	$(BIN)/python -m tests.engine.prove mutants

# Brings every dependency to its newest allowed version and writes down which that is.
lock:
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	{ echo "# Versions the suite was passed with; \`make lock\` writes this file."; \
		$(BIN)/python -m pip freeze --exclude-editable; } > .ci/constraints.txt
	@touch $(STAMP)

clean:
	rm -rf $(VENV)
