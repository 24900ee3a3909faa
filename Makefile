# `make help` lists what there is. The two commands of the README are `make demo` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := .venv-peers
STATIC := src/ekistics/publish/static
OUT ?= out
SERVE ?= 1
.DEFAULT_GOAL := help
.PHONY: help install frontend demo test test-full check bench docs pictures lock clean messages

help: ## list the targets
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 18

$(READY): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Set PYTHON=.") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

frontend/node_modules/.ready: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.ready

$(STATIC)/.ready: $(READY) frontend/node_modules/.ready tools/make_fonts.py $(wildcard frontend/src/* frontend/*.mjs frontend/package.json)
	cd frontend && npm run --silent build
	$(BIN)/python tools/make_fonts.py
	touch $@

install: $(READY) $(STATIC)/.ready ## install the program and build its pages into .venv and src

demo: install ## make the sample city, profile it, and say where the profile is (SERVE=0: no site)
	$(BIN)/ekistics sample-city $(OUT)/sample-city
	$(BIN)/ekistics profile $(OUT)/sample-city/city.toml --out $(OUT)/sample-city-profile

test: install ## run the test suite
	$(BIN)/python -m pytest -n 2 -m "not full"

test-full: install ## run the test suite with its long runs
	$(BIN)/python -m pytest -n 2

check: install ## run every static check that CI runs
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_docstrings.py
	$(BIN)/python tools/check_licences.py
	cd frontend && npm run --silent check

lock: ## renew the lock files (needs uv on the path)
	uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.lock
	uv pip compile pyproject.toml --group peers --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements/dev.lock -o requirements/peers.lock
