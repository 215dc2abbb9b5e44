# Everything a newcomer and a continuous-integration run need; each target does its own set-up.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# What the environment was last made from: a stamp is newer than what it was made from.
MADE := $(VENV)/.made
RUNTIME := $(VENV)/.runtime
TESTS := $(VENV)/.tests

# The first of these that is a Python this project runs on.
USABLE = $(shell for each in "$(PYTHON)" python3.13 python3.12 python3.11; do \
	"$$each" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& { command -v "$$each"; break; }; done)

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo test lint bench lock clean

help: ## show what can be made
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /\1\t/' \
		| while IFS="$$(printf '\t')" read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

setup: $(RUNTIME) ## make the environment that runs the gateway, in .venv

setup-tests: $(TESTS) ## the same with what the tests need

demo: $(RUNTIME) ## show the two worlds side by side, and go on serving them until stopped
	$(BIN)/brobygger demo

test: lint ## check the style and the types, then run the tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: $(TESTS) ## check the style and the types only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(TESTS) ## measure, beside the peers, on this machine
	$(BIN)/python -m benchmarks

lock: $(BIN)/uv ## choose the newest versions that pyproject.toml allows, and write them down with hashes
	$(LOCK) requirements.lock
	$(LOCK) requirements-dev.lock --constraint requirements.lock --extra test --extra bench

LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --system-certs --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command 'make lock' --output-file

clean: ## remove what was made here; the next target makes it again
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist ./*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@test -n "$(USABLE)" || { echo "No Python 3.11, 3.12 or 3.13 was found. Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Making $(VENV) with $(USABLE)"
	@"$(USABLE)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "That Python cannot make environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(RUNTIME): $(MADE) requirements.lock pyproject.toml
	$(PIP) install --use-pep517 --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

$(BIN)/uv: $(MADE)
	$(PIP) install uv

$(TESTS): $(RUNTIME) requirements-dev.lock
	$(PIP) install --use-pep517 --require-hashes --requirement requirements-dev.lock
	@touch $@
