# What can be done here, each in one word. Needs Python 3.11 with venv, and make; nothing else.
PY ?= python3
V := .venv
UV ?= uv
# The trial that `make demo` shows, by the name of its file in trials/protocols/.
TRIAL ?= NCT01573923
# Tests in parallel: as many processes as processors. `make test JOBS=0` runs them in one.
JOBS ?= auto

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PYTHONUNBUFFERED = 1
PIP = $(V)/bin/python -m pip install -q --no-compile --require-hashes --only-binary :all:
COMPILE = $(UV) pip compile --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--custom-compile-command "make lock" --quiet

.PHONY: demo test test-slow e2e bench lock upgrade lint format types clean help

help:
	@echo "make demo        a trial with synthetic participants, in the browser (TRIAL=$(TRIAL))"
	@echo "make test        the tests, on SQLite or on DATABASE_URL"
	@echo "make test-slow   the long tests: killed servers, many writers"
	@echo "make e2e         the tests that drive Chromium"
	@echo "make bench       the measurements (PostgreSQL)"
	@echo "make lint types  ruff and mypy"
	@echo "make lock        write requirements/*.txt anew (needs uv); make upgrade takes newer releases"

demo: $(V)/.base
	$(V)/bin/python manage.py demo --trial $(TRIAL) $(ARGS)

test: $(V)/.dev
	$(V)/bin/python -m pytest -q -n $(JOBS) $(ARGS)

test-slow: $(V)/.dev
	$(V)/bin/python -m pytest -q -m slow $(ARGS)

e2e: $(V)/.e2e
	$(V)/bin/python -m pytest -q -m browser $(ARGS)

bench: $(V)/.dev
	$(V)/bin/python -m pytest -q -m bench -s $(ARGS)

lint: $(V)/.dev
	$(V)/bin/ruff check .
	$(V)/bin/ruff format --check .

format: $(V)/.dev
	$(V)/bin/ruff check --fix .
	$(V)/bin/ruff format .

types: $(V)/.dev
	$(V)/bin/mypy

# uv writes no address of a package registry into these files; its own lock format does, and is refused by a test.
lock:
	$(COMPILE) $(UPGRADE) -o requirements/base.txt requirements/base.in
	$(COMPILE) $(UPGRADE) -o requirements/dev.txt requirements/dev.in
	$(COMPILE) $(UPGRADE) -o requirements/e2e.txt requirements/e2e.in

upgrade:
	$(MAKE) lock UPGRADE=--upgrade

clean:
	rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(V)/bin/python:
	$(PY) -m venv $(V)

# --no-compile halves the time; Python compiles what it uses.
$(V)/.base: requirements/base.txt | $(V)/bin/python
	$(PIP) -r $< && touch $@

$(V)/.dev: requirements/dev.txt | $(V)/bin/python
	$(PIP) -r $< && touch $@ $(V)/.base

$(V)/.e2e: requirements/e2e.txt $(V)/.dev
	$(PIP) -r $< && touch $@
