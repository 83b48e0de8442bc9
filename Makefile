# Two commands matter on a fresh machine: `make play` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ARGS   ?=

.DEFAULT_GOAL := help

help: ## lists the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

$(VENV)/play.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/test.stamp: pyproject.toml $(VENV)/play.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

play: $(VENV)/play.stamp ## plays a preset; ARGS="lanterns --seconds 5" passes arguments on
	$(BIN)/adaptive play $(ARGS)

test: $(VENV)/test.stamp ## the short tests: nothing but Python is needed
	$(BIN)/python -m pytest -q $(ARGS)

check: $(VENV)/test.stamp ## checks format, lint, types and import direction
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

prove: $(VENV)/test.stamp ## runs the long tests: hours of music, millions of packets
	$(BIN)/python -m pytest -q -m prove $(ARGS)

peers: $(VENV)/test.stamp ## installs the engines we are compared with, as far as PyPI has them, into build/peers
	$(BIN)/python -m benchmarks.peers.install

bench: $(VENV)/test.stamp ## measures the kernel; ARGS="peers latency starts" compares it with other engines
	$(BIN)/python -m benchmarks $(ARGS)

frozen: $(VENV)/play.stamp ## a folder that runs without Python: dist/adaptive
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[frozen]'
	$(BIN)/python -m PyInstaller --noconfirm --log-level WARN packaging/adaptive.spec
	$(BIN)/python packaging/try_frozen.py dist/adaptive

clean: ## remove what was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help play test check prove peers bench frozen clean
