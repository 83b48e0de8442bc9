# Two commands matter on a fresh machine: `make play` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ARGS   ?=

.DEFAULT_GOAL := help

help: ## lists the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

# From the lock, so that a fresh machine gets today what it got when the tests last passed.
# The project itself is built with the hatchling of the lock, hence without isolation.
INSTALL := -m pip install --quiet --disable-pip-version-check
OURSELVES := --no-deps --no-build-isolation --editable .

# One worker more than there are cores (tests/conftest.py), because a test or two always wait.  Each takes
# 300 MB; what keeps time is late where more of them crowd an ordinary machine.
SHARED := --numprocesses auto --maxprocesses 4 --dist worksteal

$(VENV)/play.stamp: pyproject.toml requirements/play.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(INSTALL) -r requirements/play.txt
	$(BIN)/python $(INSTALL) $(OURSELVES)
	@touch $@

$(VENV)/test.stamp: $(VENV)/play.stamp requirements/test.txt
	$(BIN)/python $(INSTALL) -r requirements/test.txt
	@touch $@

play: $(VENV)/play.stamp ## plays a preset; ARGS="lanterns --seconds 5" passes arguments on
	$(BIN)/adaptive play $(ARGS)

# BLAS would begin as many threads in each worker, and they wait for work by spinning.
test newest: export OPENBLAS_NUM_THREADS = 1

# Where the environment forbids bytecode, each process that the tests start compiles the same modules again:
# 0.5 s of CPU for each of 150, and 5 s for each worker.
test newest: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/test.stamp ## the short tests, on all cores: nothing but Python is needed; .ci/run has the dear ones
	$(BIN)/python -m pytest -q $(SHARED) $(ARGS)

check: $(VENV)/test.stamp ## checks format, lint, types and import direction
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

tables: $(VENV)/test.stamp ## writes the tables of effects, the JSON Schema and the index of decisions anew
	$(BIN)/python -m tools.tables

audit: $(VENV)/test.stamp ## inspects the compiled code of the whole kernel, as CI does: two minutes
	$(BIN)/python -m pytest -q -m "ci or not ci" tests/house/test_kernel_audit.py $(ARGS)

prove: $(VENV)/test.stamp ## runs the long tests: hours of music, millions of packets
	$(BIN)/python -m pytest -q -m prove $(ARGS)

peers: $(VENV)/test.stamp ## installs the engines we are compared with, as far as PyPI has them, into build/peers
	$(BIN)/python -m benchmarks.peers.install

bench: $(VENV)/test.stamp ## measures the kernel; ARGS="peers latency starts" compares it with other engines
	$(BIN)/python -m benchmarks $(ARGS)

train: export OPENBLAS_NUM_THREADS = 1
train: $(VENV)/test.stamp ## trains the networks; ARGS="FOLDER --harmony FOLDER --tunes FOLDER": Groove MIDI, JS Fake Chorales
	$(BIN)/python -m tools.training $(ARGS)

# From a lock of its own: whoever plays or tests needs none of it.
$(VENV)/docs.stamp: $(VENV)/play.stamp requirements/docs.txt
	$(BIN)/python $(INSTALL) -r requirements/docs.txt
	@touch $@

docs: $(VENV)/docs.stamp ## builds the site of all pages and of the Python API into build/site; a dead link is a fault
	$(BIN)/python -m sphinx -q -W --keep-going -b html -c docs/site -d build/site-cache . build/site
	@echo "build/site/docs/site/index.html"

frozen: $(VENV)/test.stamp ## a folder that runs without Python: dist/adaptive
	$(BIN)/python -m PyInstaller --noconfirm --log-level WARN packaging/adaptive.spec
	$(BIN)/python packaging/try_frozen.py dist/adaptive

# In this order, so that tests run with what plays.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
  --no-annotate --custom-compile-command "make lock" pyproject.toml

lock: $(VENV)/test.stamp ## writes requirements/: the newest of everything, for all Pythons and systems
	$(COMPILE) --group build -o requirements/play.txt
	$(COMPILE) --extra dev --extra frozen --extra midi --extra pyo --extra discovery --group build -c requirements/play.txt -o requirements/test.txt
	$(COMPILE) --extra docs -c requirements/test.txt -o requirements/docs.txt

newest: ## the short tests with the newest of everything, in an environment of its own
	$(PYTHON) -m venv --clear build/newest
	build/newest/bin/python $(INSTALL) --upgrade --editable '.[dev]'
	build/newest/bin/python -m pip --disable-pip-version-check freeze --exclude-editable
	build/newest/bin/python -m pytest -q $(SHARED) $(ARGS)

clean: ## remove what was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help play test check audit prove peers bench docs frozen lock newest clean
