# Needs Python 3.11 or newer, git and make. Everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
# A waiting thread sleeps: where others use the cores too, spinning makes torch ten times slower.
export OMP_WAIT_POLICY := PASSIVE

# Chemistry, assays, arrays, settings and words: what a change of a rule touches first.
QUICK := tests/test_layers.py tests/test_words.py tests/chem/records tests/chem/structure tests/chem/features tests/chem/assess \
  tests/data tests/gnn/features tests/gnn/calibration tests/screening/objective tests/screening/storage tests/screening/text \
  tests/screening/reason tests/screening/lab

.PHONY: screen test test-slow test-quick fuzz faults lint docs setup licences pins audit sbom bench-peers help
help:            ## Say what can be made.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

screen: .venv/.ready   ## Set up, then screen the approved drugs against EGFR.
	$(BIN)/hitlist screen kinase

test: .venv/.ready-dev ## Set up, then run the tests, but for those that take ten seconds or more.
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-quick: .venv/.ready-dev ## Set up, then run the tests that need no cluster, no server and no training (two minutes).
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" $(QUICK)

test-slow: .venv/.ready-dev ## Set up, then run the tests that take long: servers, clusters, trainings, faults.
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m slow

fuzz: .venv/.ready-dev ## Set up, then read 100,000 damaged files of each format, 5,000 of each of a run (hours).
	HITLIST_FUZZ=100000 $(BIN)/python -m pytest -n 2 --dist loadfile tests/chem/library/test_fuzz.py \
	  tests/data/assay/test_fuzz_assay.py tests/screening/objective/test_fuzz_settings.py \
	  tests/screening/runs/test_fuzz_runs.py tests/gnn/bundle/test_fuzz_bundles.py

faults: .venv/.ready-dev ## Set up, then fail every change of a disk and kill runs at every one (hours).
	HITLIST_FAULTS=all $(BIN)/python -m pytest tests/faults

lint: .venv/.ready-dev ## Set up, then check style and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv-tools/.ready ## Build the documents as a site in build/site, strictly: no broken link.
	.venv-tools/bin/python tests/measure/documents.py

setup: .venv/.ready    ## Set up alone.

licences: .venv/.ready-dev ## List the licences of all packages in docs/licences.md.
	$(BIN)/python tests/measure/licences.py

pins: .venv-tools/.ready ## Write pins/*.txt anew, after a change of pyproject.toml or constraints.txt.
	.venv-tools/bin/python tests/measure/pins.py

audit: .venv-tools/.ready ## Look for known faults of the pinned packages.
	.venv-tools/bin/python tests/measure/audit.py

sbom: .venv/.ready .venv-tools/.ready ## Write sbom.json (CycloneDX): what an installation consists of.
	.venv-tools/bin/cyclonedx-py environment --pyproject pyproject.toml --of JSON -o sbom.json .venv/bin/python

bench-peers: .venv-peers/.ready ## Install the programs that `python -m benchmarks speed` compares with.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "found $$($(PYTHON) --version), expected Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "no virtual environment could be made; on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }

# Only files whose hash is in pins/, and no code of a package runs while it is installed. What is there
# already at that version would stay whatever its hash was, so all is installed anew.
INSTALL := -m pip --disable-pip-version-check install --quiet
LOCKED := $(INSTALL) --require-hashes --only-binary :all: --no-deps --force-reinstall -r pins/
# torch's build for a GPU says which other packages it needs; its build for CPUs needs none.
NEEDS_CUDA := -c 'import sys, importlib.metadata as m; \
  sys.exit(not any(need.startswith(("cuda-", "nvidia-", "triton")) for need in m.requires("torch")))'

# The stamps make the second run reuse the set-up; a changed pin makes it again.
.venv/.ready: pyproject.toml pins/running.txt pins/cuda.txt | .venv/bin/python
	@echo "Setting up .venv (a minute or two, once) …"
	$(BIN)/python $(LOCKED)running.txt
	@if $(BIN)/python $(NEEDS_CUDA); then $(BIN)/python $(LOCKED)cuda.txt; fi
	$(BIN)/python $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.ready-dev: .venv/.ready pins/checks.txt
	$(BIN)/python $(LOCKED)checks.txt
	@touch $@

.venv-tools/.ready: pins/tools.txt
	@$(PYTHON) -m venv .venv-tools
	@echo '*' > .venv-tools/.gitignore
	.venv-tools/bin/python $(LOCKED)tools.txt
	@touch $@

# Other people's programs, with their own RDKit, apart from ours.
.venv-peers/.ready: pins/peers.txt pins/cuda.txt
	@echo "Setting up .venv-peers (some minutes, once) …"
	$(PYTHON) -m venv .venv-peers
	@echo '*' > .venv-peers/.gitignore
	.venv-peers/bin/python $(LOCKED)peers.txt
	@if .venv-peers/bin/python $(NEEDS_CUDA); then .venv-peers/bin/python $(LOCKED)cuda.txt; fi
	@touch $@
