# kg: `make demo` runs the whole path on the starter data, `make test` everything that CI runs but the browser.
# Each sets up what it needs in .venv first; PYTHON chooses the interpreter (3.11 or later).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export HF_HUB_OFFLINE ?= 1

.PHONY: demo test lint types imports unit integration test-browser test-real bench format clean

demo: .stamps/train
	$(BIN)/kg demo

test: lint types imports unit integration

lint: .stamps/dev
	$(BIN)/ruff check kgbuild loaders embed cypher tests benchmarks
	$(BIN)/ruff format --check kgbuild loaders embed cypher tests benchmarks

types: .stamps/dev
	$(BIN)/mypy

imports: .stamps/dev
	$(BIN)/lint-imports

unit: .stamps/dev
	$(BIN)/pytest tests/unit --numprocesses 2 --dist loadfile

integration: .stamps/dev
	$(BIN)/pytest tests/integration --numprocesses 2 --dist loadfile

# Chromium and its driver: `apt-get install chromium chromium-driver` on Debian.
test-browser: .stamps/dev
	$(BIN)/pytest tests/browser

# KG_REAL_DATA names a folder of real source files, KG_REAL_EVAL one of benchmarks; see docs/development.md.
test-real: .stamps/dev
	$(BIN)/pytest tests/real

bench: .stamps/dev
	for benchmark in benchmarks/*.py; do $(BIN)/python $$benchmark || exit 1; done

format: .stamps/dev
	$(BIN)/ruff check --fix kgbuild loaders embed cypher tests benchmarks
	$(BIN)/ruff format kgbuild loaders embed cypher tests benchmarks

clean:
	rm -rf $(VENV) .stamps build *.egg-info

.stamps/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $(PYTHON) is older than Python 3.11; name another: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p .stamps && touch $@

.stamps/train: .stamps/venv pyproject.toml
	@echo "Installing kg with its extra 'train' (PyTorch: several GB; the README says how to have it smaller)"
	@$(PIP) -e '.[train]'
	@touch $@

.stamps/dev: .stamps/venv pyproject.toml
	@echo "Installing kg with what its tests need (PyTorch: several GB; the README says how to have it smaller)"
	@$(PIP) -e '.[dev]'
	@touch $@ .stamps/train
