# Everything that is done to this project by hand. A bare `make` lists it.

PYTHON ?= python3
PROCESSES ?= 2
BIN := .venv/bin

# PORT= and HOST= are short for KB_PORT= and KB_HOST=; settings that are empty count as not given.
ifneq ($(PORT),)
export KB_PORT := $(PORT)
endif
ifneq ($(HOST),)
export KB_HOST := $(HOST)
endif

.DEFAULT_GOAL := help
.PHONY: help run test check fix translations migration benchmark

help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

# What `make run` prepared the encoder for: when one of these changes, or its folder is gone, it looks again.
encoder_of = $(KB_ENCODER)|$(KB_ENCODER_DIR)|$(XDG_CACHE_HOME)|$(HOME)|$(shell cat app/search/encoders/*.py | cksum)

run: .venv/installed ## Run the site: PORT=8000 HOST=127.0.0.1 KB_DATA_DIR=instance; Ctrl-C stops it
	@[ "$(KB_ENCODER)" = none ] || { \
	  { read -r folder; read -r of; } 2>/dev/null <.venv/encoder && [ "$$of" = "$(encoder_of)" ] && [ -d "$$folder" ] || \
	  { $(BIN)/flask search prepare-encoder --stamp .venv/encoder && echo "$(encoder_of)" >>.venv/encoder; } || \
	  echo "The site starts with search on words alone; the next 'make run' tries again."; }
	@exec $(BIN)/flask serve

test: .venv/installed-dev ## Run all tests on SQLite, and all but those in a browser on PostgreSQL
	@$(BIN)/python -m tests.needs
	$(BIN)/pytest -n $(PROCESSES)
	$(BIN)/pytest -n $(PROCESSES) --database=postgresql -m "not browser"

check: .venv/installed-dev ## Check format, style, types and import contracts, then run all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

fix: .venv/installed-dev ## Put format and style right where a tool can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

translations: .venv/installed-dev ## Take new words of the pages into the translations, compile them, and say what is missing
	@$(BIN)/python -m tests.translations update
	@$(BIN)/python -m tests.translations missing

migration: .venv/installed-dev ## Write a migration for what changed in the models: message="Articles get a colour"
	@test -n "$(message)" || { echo 'Say what changes: make migration message="Articles get a colour"'; exit 2; }
	@data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && export KB_DATA_DIR="$$data" KB_DATABASE_URL= && \
	  $(BIN)/flask db upgrade && $(BIN)/flask db revision "$(message)"

benchmark: .venv/installed-dev ## Measure search, pages and memory (requests per second need wrk)
	@$(BIN)/python -m benchmarks

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: name one, such as make run PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment: on Debian, install python3-venv"; exit 2; }

.venv/installed: requirements.txt | .venv/bin/python
	@echo "Installing what the site needs (once) …"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing what tests and checks need (once) …"
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/installed
