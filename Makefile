# Everything there is to do with this repository. `make help` explains.
#
# Needs Python 3.11 or newer and make. All else comes into .venv, at the versions and hashes of requirements/.

PYTHON ?= python3
BIN := .venv/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/pip --quiet --no-input install
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
CODE := portal tests benchmarks tools wsgi.py

# A stamp file says that its step is done; it is done again when what it came from has changed.
RUNTIME := .venv/.runtime
DEV := .venv/.dev
PORTAL := .venv/.portal
DLT := .venv-dlt/.done
ASSETS := portal/static/npm/stamp.txt

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(PORTAL) $(ASSETS) ## Start a portal with a simulated Halo to try it on (Ctrl-C stops it)
	@exec $(BIN)/portal demo

.PHONY: up
up: $(PORTAL) $(ASSETS) ## Start a portal for real use on this machine
	@exec $(BIN)/portal up

.PHONY: test
test: $(DEV) $(PORTAL) $(ASSETS) ## Run all tests; ARGS="-k words" narrows them
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: lint
lint: $(DEV) $(PORTAL) ## Check style and types
	$(BIN)/ruff check $(wildcard $(CODE))
	$(BIN)/ruff format --check $(wildcard $(CODE))
	$(BIN)/mypy $(wildcard $(CODE))

.PHONY: check
check: lint test ## All that must hold before a commit: lint, types, doors, tests

.PHONY: format
format: $(DEV) ## Format the code
	$(BIN)/ruff check --fix-only $(wildcard $(CODE))
	$(BIN)/ruff format $(wildcard $(CODE))

.PHONY: bench
bench: $(DEV) $(PORTAL) $(DLT) ## Measure speed beside a bare loop and dlt; docs/benchmarks.md explains
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: chaos
chaos: $(DEV) $(PORTAL) $(ASSETS) ## Kill and spoil all there is for ten minutes; SEED=7 repeats a storm, ARGS="--minutes 2 --kills 20"
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(ARGS)

.PHONY: characters
characters: $(DEV) $(PORTAL) ## Copy 45,000 records from six simulated Halos of different character; ARGS="--only zone"
	$(BIN)/python -m tests.chaos.characters $(ARGS)

.PHONY: hostile
hostile: $(DEV) $(PORTAL) $(ASSETS) ## Send odd deliveries, wrong secrets and good ones; hold connections open; wait for a slow Halo
	$(BIN)/python -m tests.chaos.hostile $(ARGS)
	$(BIN)/python -m tests.chaos.slow_halo

.PHONY: lock
lock: $(DEV) ## Find the newest versions and write requirements/ again
	$(LOCK) --upgrade --group build pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) --upgrade --group dev pyproject.toml --constraint requirements/runtime.txt --output-file requirements/dev.txt
	$(LOCK) --upgrade --group node --output-file requirements/node.txt
	$(LOCK) --upgrade --group dlt --output-file requirements/dlt.txt

.PHONY: clean
clean: ## Remove the environment and everything built; the data directory stays
	rm -rf .venv .venv-dlt node_modules portal/static/npm .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The portal needs Python 3.11 or newer: make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv

$(RUNTIME): requirements/runtime.txt .venv/bin/pip
	@echo "Bringing the locked packages into .venv."
	@$(PIP) --require-hashes --requirement requirements/runtime.txt
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "Bringing what the tests need into .venv."
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@

$(PORTAL): pyproject.toml $(RUNTIME)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# What the portal is measured beside lives apart: it needs other versions of what the portal needs, too.
$(DLT): requirements/dlt.txt
	@echo "Bringing dlt into .venv-dlt."
	@$(PYTHON) -m venv .venv-dlt
	@PIP_DISABLE_PIP_VERSION_CHECK=1 .venv-dlt/bin/pip --quiet --no-input install --require-hashes --requirement $<
	@touch $@

# npm brings the front-end packages: the machine's own, or else the one that a Python package carries.
$(ASSETS): package.json package-lock.json tools/assets.py requirements/node.txt $(RUNTIME)
	@command -v npm >/dev/null || $(PIP) --require-hashes --requirement requirements/node.txt
	@echo "Bringing the front-end packages."
	@$(BIN)/python tools/assets.py
	@touch $@
