# Two commands matter: `make run` and `make test`. Each makes what it needs, on a machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: run test check browser lock clean

run: $(VENV)/.run  ## the demo town, one whole day, and the workbench
	$(BIN)/townwatch demo

test: $(VENV)/.test browser check  ## every law and every test
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements-test.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.run

browser:  ## a system Chromium and Chinese fonts for the browser tests, where they can be installed
	sh tests/install-browser.sh

lock: $(VENV)/bin/python  ## names, versions and hashes only
	$(PIP) install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --extra build --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --no-annotate --no-header -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --extra build --extra test -c requirements.lock --generate-hashes --strip-extras --allow-unsafe \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --no-header \
		-o requirements-test.lock pyproject.toml

clean:
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
