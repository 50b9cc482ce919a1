# Every target sets itself up: a fresh clone needs only Python 3.11+, git and make.
PYTHON ?= python3
PORT ?= 8000
FUZZ ?= 20
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
USABLE := .venv/.usable
READY := .venv/.ready

.PHONY: soak fuzz help setup run test lint docs conformance bench bench-quick screenshots clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(USABLE): pyproject.toml constraints.txt
	@echo "Setting up .venv: this takes a minute, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(INSTALL) pip
	@$(INSTALL) --editable '.[all]'
	@# An editable install leaves compiling to the first start, and to each one where Python may not write.
	@$(BIN)/python -m compileall -q src
	@touch $(USABLE)

$(READY): $(USABLE)
	@echo "Adding what tests and tools need: another minute, once."
	@$(INSTALL) --group dev --editable '.[all]'
	@touch $(READY)

setup: $(READY) ## make .venv with everything that the other targets need

run: $(USABLE) ## start the tour on the engine (PORT=8000)
	@exec $(BIN)/kolba tour --port $(PORT)

test: $(READY) ## run everything that CI must hold
	@tests/system-packages
	$(BIN)/python -m pytest

lint: $(READY) ## style, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY) ## the documentation as a site, in .cache/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open .cache/site/index.html"

conformance: $(READY) ## Flask's own test suite on the engine
	$(BIN)/python -m tests.conformance

bench: $(READY) ## Flask, Kolba and the bare server, in turn
	$(BIN)/python -m bench

bench-quick: $(READY) ## the same in three minutes, without peers, kept in .cache
	$(BIN)/python -m bench --quick

screenshots: $(READY) ## every page of the tour as a picture, kept in .cache
	@tests/system-packages
	$(BIN)/python -m tests.tour.browser.screenshots .cache/screenshots

soak: $(READY) ## 100,000 journeys while workers are killed: nothing is lost (SOAK='--seconds 60')
	$(BIN)/python -m tests.soak $(SOAK)

fuzz: $(READY) ## the random tests with twenty times as many cases, new ones each time (FUZZ=20)
	FUZZ=$(FUZZ) $(BIN)/python -m pytest $$(grep -rl --include='test_*.py' '^from hypothesis' tests)

clean: ## remove what the targets made
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
