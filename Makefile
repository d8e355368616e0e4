# make setup | run | page | test | lint | bench | prove | shots — each does the set-up it needs.
# The system's Python, where it is new enough: distributions build theirs with the compiler's profile, a fifth faster than
# one built plainly (docs/decisions/0022). Else the first one found.
PYTHON ?= $(or $(shell for python in /usr/bin/python3 python3; do $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done),python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# The page is built where there is a Node.js that can build it; the API needs none.
NODE := $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number); if (a > 20 || (a === 20 && b >= 19)) console.log("yes")' 2>/dev/null)
CHROMIUM ?= $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome))
PAGE := src/strikebook/server/page/index.html
WEB_SOURCES := $(shell find web/src web/public -type f -not -name schema.ts) web/index.html web/vite.config.ts web/tsconfig.json
API_SOURCES := $(wildcard src/strikebook/server/*.py src/strikebook/server/wire/*.py)
NO_NODE := There is no Node.js 20.19 or newer here, so the page is neither built nor tested (Debian: apt-get install nodejs npm).
NO_CHROMIUM := There is no Chromium here, so the page is not tried in a browser: apt-get install chromium, or set CHROMIUM.

.PHONY: setup run page test lint bench prove shots lock clean

setup: $(STAMP) page

$(STAMP): pyproject.toml .ci/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint .ci/constraints.txt --editable . --group dev
	@touch $(STAMP)

ifeq ($(NODE),yes)
page: $(PAGE)
else
page:
	@echo "$(NO_NODE)"
endif

web/node_modules/.ready: web/package.json web/package-lock.json
	cd web && npm ci --no-progress --loglevel=error
	@touch $@

$(PAGE): $(STAMP) web/node_modules/.ready $(WEB_SOURCES) $(API_SOURCES)
	$(BIN)/strikebook openapi --out web/openapi.json
	cd web && npm run --silent build

run: setup
	$(BIN)/strikebook serve --examples examples --first-backtest

test: setup lint
	$(BIN)/python -m pytest -n 3 --dist worksteal
ifeq ($(NODE),yes)
	cd web && npm run --silent test
ifneq ($(CHROMIUM),)
	cd web && CHROMIUM=$(CHROMIUM) npm run --silent try
else
	@echo "$(NO_CHROMIUM)"
endif
endif

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
ifeq ($(NODE),yes)
	cd web && npm run --silent lint
endif

bench: setup
	CHROMIUM=$(CHROMIUM) $(BIN)/python -m bench

# The long proof: 2,000 random pairs through engine and oracle, what occurred in them, and every listed mutant.
prove: setup
	$(BIN)/python -m tests.engine.prove pairs
	$(BIN)/python -m tests.oracle.census 2000
	$(BIN)/python -m tests.engine.prove mutants

# Pictures of every view, for people to look at: desktop, phone, dark; into web/shots.
shots: setup
	cd web && CHROMIUM=$(CHROMIUM) npm run --silent shots

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
	rm -rf $(VENV) web/node_modules src/strikebook/server/page
