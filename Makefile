# `make help` lists what there is. The two commands of the README are `make demo` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := .venv-peers
WORKERS := -n 3 --dist loadfile --no-loadscope-reorder # one waits for Chromium or a lock while two compute
STATIC := src/ekistics/publish/static
OUT ?= out
SERVE ?= 1
PORT ?= 8000
.DEFAULT_GOAL := help
.PHONY: help install demo demo-data demo-real test test-full check bench docs reference pictures shown-main shown-site shown-stat shown-index lock clean messages

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 18

$(READY): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Set PYTHON=.") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

frontend/node_modules/.ready: frontend/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
	  || { echo "Node 20.19 or newer is needed; this is $$(node --version 2>/dev/null || echo none)." >&2; exit 1; }
	cd frontend && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.ready

$(STATIC)/.ready: $(READY) frontend/node_modules/.ready tools/make_fonts.py $(wildcard frontend/src/*.* frontend/src/*/* frontend/*.mjs frontend/package.json) \
  tools/messages.py $(wildcard src/ekistics/locale/*/LC_MESSAGES/*.po)
	cd frontend && npm run --silent build
	$(BIN)/python tools/make_fonts.py
	$(BIN)/python tools/messages.py --compile
	touch $@

install: $(READY) $(STATIC)/.ready ## install the program and build its pages into .venv and src

demo: demo-data ## make a sample city and country, profile them, and serve them as a site (SERVE=0: prepare only)
	EKISTICS_HOME=$(OUT)/site $(BIN)/ekistics serve --port $(PORT) $(if $(filter 0,$(SERVE)),--prepare-only) \
	  $(OUT)/sample-city-profile $(OUT)/sample-country-profiles $(OUT)/nation/country $(foreach y,$(ROUNDS),$(OUT)/sample-survey-$y) $(OUT)/sample-index

EPOCHS := 1990 2000 2010 2020
ROUNDS := 2018 2023
MERROW := --vault $(OUT)/sample-vault/merrow.vault --key-file $(OUT)/sample-vault-key/merrow.key

demo-data: install # the packages that the demo shows
	$(BIN)/ekistics sample-city $(OUT)/sample-city
	$(BIN)/ekistics profile $(OUT)/sample-city/city.toml --out $(OUT)/sample-city-profile
	$(BIN)/ekistics sample-country $(OUT)/sample-country
	$(BIN)/ekistics profile-centres --country XMU --out $(OUT)/sample-country-profiles \
	  --names $(OUT)/sample-country/names.csv --land $(OUT)/sample-country/land.tif \
	  --producer "Ekistics sample generator" --citation "Merrow, a made-up country" --licence CC0-1.0 \
	  $(foreach y,$(EPOCHS),--population $y=$(OUT)/sample-country/population_$y.tif --built-up $y=$(OUT)/sample-country/built_up_$y.tif)
	$(BIN)/ekistics index build examples/index/centres.toml --values $(OUT)/sample-country-profiles --out $(OUT)/sample-index
	$(BIN)/ekistics index uncertainty $(OUT)/sample-index
	mkdir -p $(OUT)/nation && cp examples/national/* $(OUT)/nation
	test -e $(OUT)/nation/sample/sample.json || { $(BIN)/ekistics sample $(OUT)/nation/sample.toml --out $(OUT)/nation/sample --commit \
	  && $(BIN)/ekistics sample $(OUT)/nation/sample.toml --out $(OUT)/nation/sample; }
	$(BIN)/ekistics national $(OUT)/nation/national.toml --out $(OUT)/nation/country
	$(BIN)/ekistics sample-survey $(OUT)/sample-survey
	rm -rf $(OUT)/sample-vault $(OUT)/sample-vault-key && mkdir -p -m 700 $(OUT)/sample-vault $(OUT)/sample-vault-key
	$(BIN)/ekistics vault key $(OUT)/sample-vault-key/merrow.key
	$(BIN)/ekistics vault create $(OUT)/sample-vault/merrow.vault --key-file $(OUT)/sample-vault-key/merrow.key
	for year in $(ROUNDS); do $(BIN)/ekistics households import $(OUT)/sample-survey/survey_$$year.toml $(MERROW) \
	  && $(BIN)/ekistics households estimate $(OUT)/sample-survey/survey_$$year.toml $(MERROW) --out $(OUT)/sample-survey-$$year || exit 1; done

test: install ## run the test suite: tests, properties, examples in docstrings and in docs
	$(BIN)/python -m pytest $(WORKERS) -m "not full"
	$(BIN)/python -m tools.with_postgres $(BIN)/python -m pytest $(WORKERS) -m "not full and not browser" tests/web

test-full: install ## run the test suite with its long runs
	EKISTICS_SEARCH=1 $(BIN)/python -m pytest $(WORKERS)
	$(BIN)/python -m tools.with_postgres $(BIN)/python -m pytest $(WORKERS) tests/web

check: install ## run every static check that CI runs
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_docstrings.py
	$(BIN)/python tools/check_licences.py
	$(BIN)/python tools/check_repository.py
	cd frontend && npm run --silent check

docs: install ## build the documentation site into docs/_build, warnings as errors
	$(BIN)/python -m tools.make_reference --check
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

reference: install ## renew what docs/reference takes from the code: pages, and the description of the API
	$(BIN)/python -m tools.make_reference
	$(BIN)/python -m tools.make_openapi

messages: install ## renew the catalogue of texts and merge it into the translations
	$(BIN)/python tools/messages.py
	$(BIN)/python tools/messages.py --update

shown-main: install ## show what the profile of a city promises, line by line
	$(BIN)/python -m tools.show main

shown-site: install ## show what the site promises, line by line
	$(BIN)/python -m tools.show site

shown-stat: install $(PEERS)/.ready ## show what surveys and samples of cities promise, line by line
	$(BIN)/python -m tools.show stat

shown-index: install $(PEERS)/.ready ## show what the city index and the national report promise, line by line
	$(BIN)/python -m tools.show index

$(PEERS)/.ready: requirements/peers.lock
	test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --require-hashes -r requirements/peers.lock
	touch $@

bench: install $(PEERS)/.ready ## time the kernels beside their peers (BENCH_QUICK=1: a short run)
	$(BIN)/python -m benchmarks

clean: ## remove what was built and made; the environments stay
	rm -rf $(OUT) build dist docs/_build $(STATIC) frontend/node_modules/.ready

pictures: install ## take pictures of a profile, an index, a report and of every page of the site (PROFILES="DIR ...")
	test -e $(OUT)/sample-survey-2023/survey.json -a -e $(OUT)/sample-index/live.json || $(MAKE) demo-data
	$(BIN)/ekistics sample-index $(OUT)/sample-cities
	$(BIN)/ekistics index build city_prosperity --values $(OUT)/sample-cities/cities.csv --out $(OUT)/sample-cities-index
	$(BIN)/python -m tools.make_report $(OUT)/report-country
	$(BIN)/python -m tools.make_pictures $(OUT)/sample-city-profile $(OUT)/sample-cities-index $(OUT)/report-country/report \
	  $(PROFILES) --out $(OUT)/pictures
	$(BIN)/python -m tools.make_site_pictures $(OUT)/sample-city-profile $(OUT)/sample-country-profiles $(OUT)/nation/country $(foreach y,$(ROUNDS),$(OUT)/sample-survey-$y) $(OUT)/sample-index \
	  $(PROFILES) --out $(OUT)/pictures/site

demo-real: install ## profile the real cities of ../shared/data and all urban centres of Ghana, and serve them
	$(BIN)/python -m tools.demo_real --out $(OUT)/real
	EKISTICS_HOME=$(OUT)/real/site $(BIN)/ekistics serve --port $(PORT) $(if $(filter 0,$(SERVE)),--prepare-only) $(OUT)/real/packages

lock: ## renew the lock files (needs uv on the path)
	uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.lock
	uv pip compile pyproject.toml --group peers --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements/dev.lock -o requirements/peers.lock
