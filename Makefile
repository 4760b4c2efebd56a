# Needs Python 3.11 or newer, git and make. Everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
# A waiting thread sleeps: where others use the cores too, spinning makes torch ten times slower.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: screen test fuzz faults lint setup licences bench-peers help
help:            ## Say what can be made.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

screen: .venv/.ready   ## Set up, then screen the approved drugs against EGFR.
	$(BIN)/hitlist screen kinase

test: .venv/.ready-dev ## Set up, then run the tests.
	$(BIN)/python -m pytest -n 2 --dist loadfile

fuzz: .venv/.ready-dev ## Set up, then read a million damaged libraries (about an hour).
	HITLIST_FUZZ=1000000 $(BIN)/python -m pytest -n 2 tests/chem/test_fuzz.py

faults: .venv/.ready-dev ## Set up, then fail every change of a disk and kill runs at every one (hours).
	HITLIST_FAULTS=all $(BIN)/python -m pytest tests/faults

lint: .venv/.ready-dev ## Set up, then check style and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: .venv/.ready    ## Set up alone.

licences: .venv/.ready-dev ## List the licences of all packages in docs/licences.md.
	$(BIN)/python tests/measure/licences.py

bench-peers: .venv-peers/.ready ## Install the programs that `hitlist benchmark speed` compares with.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "found $$($(PYTHON) --version), expected Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "no virtual environment could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }

# The stamps make the second run reuse the set-up; a changed pin makes it again.
.venv/.ready: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv (a minute or two, once) …"
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/.ready-dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv (a minute or two, once) …"
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@ .venv/.ready

# Other people's programs, with their own RDKit, apart from ours. cuik_molmaker_pin is Chemprop's
# C++ featurizer; each version is built for one RDKit, and Chemprop brings those that fit.
.venv-peers/.ready: Makefile
	@echo "Setting up .venv-peers (some minutes, once) …"
	$(PYTHON) -m venv .venv-peers
	@echo '*' > .venv-peers/.gitignore
	.venv-peers/bin/python -m pip --disable-pip-version-check install --quiet \
	  chemprop==2.3.1 cuik_molmaker_pin admet-ai==2.0.1 torch==2.13.0
	@touch $@
