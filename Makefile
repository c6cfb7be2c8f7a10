# Needs Python >= 3.11 with venv, make and a C compiler. Everything made here lies in .venv/, build/ and runs/.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# On a tty-less or a bare machine alike: a C compiler is the one thing pip cannot give the tests.
define need_cc
command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || { \
  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev; \
  else \
    echo "error: no C compiler found. Install gcc or clang (Debian: apt-get install gcc libc6-dev; macOS: xcode-select --install)." >&2; exit 1; \
  fi; }
endef

# The report's tests open it in a browser; without one they are left out, and counted.
define need_chromium
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; \
  else \
    echo "note: no Chromium found: tests that open the report in it are left out (Debian: apt-get install chromium)." >&2; \
  fi; }
endef

define need_venv_module
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "error: $(PYTHON) is older than Python 3.11. Name a newer one: make PYTHON=python3.11 $@" >&2; exit 1; }; \
$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; \
  else \
    echo "error: $(PYTHON) cannot make virtual environments. Install its venv module (Debian: apt-get install python3-venv)." >&2; exit 1; \
  fi; }
endef

.PHONY: help venv demo test lint format bench docs wheel fuzz schemas clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

# The stamps say what .venv holds: enough to run stratc, or also what develops and compares it.
$(VENV)/run.stamp: pyproject.toml
	@$(need_venv_module)
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml
	@$(need_venv_module)
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[dev,peers,report]'
	@mkdir -p $(VENV)/types && ln -sfn ../.. $(VENV)/types/stratc
	@touch $(VENV)/run.stamp $@

venv: $(VENV)/dev.stamp ## make .venv with everything that develops, tests and compares stratc

demo: $(VENV)/run.stamp ## build a strategy and run it on a year of real bars
	@$(need_cc)
	$(BIN)/stratc build strategies/ema_cross.strat
	$(BIN)/stratc backtest strategies/ema_cross.strat --data bars=strategies/data/btcusdt_1h_2021.parquet --out runs/demo

test: $(VENV)/dev.stamp ## run the tests
	@$(need_cc)
	@$(need_chromium)
	$(BIN)/python -m pytest

lint: $(VENV)/dev.stamp ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev.stamp ## rewrite the Python files in the one style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp ## compare with peers and with plain C: lines NAME ratio X.XX
	@$(need_cc)
	$(BIN)/python -m tests.bench

fuzz: $(VENV)/dev.stamp ## damaged texts and data, and random programs, for ten minutes: longer than the tests do
	@$(need_cc)
	$(BIN)/python -m tests.fuzz --seconds 600

schemas: $(VENV)/dev.stamp ## regenerate runtime/schemas from stdlib
	$(BIN)/python -m stratc.targets.cpu.schemas --write

docs: $(VENV)/dev.stamp ## regenerate the tables of docs/order-kernel.md from the kernel
	$(BIN)/python -m stratc.compiler.kernels.document stdlib/order_kernel.strat slot.phase docs/order-kernel.md

wheel: $(VENV)/dev.stamp ## build dist/*.whl and try it in a clean environment, away from this tree
	@$(need_cc)
	rm -rf dist build/lib build/bdist.* build/wheel-check
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv build/wheel-check
	build/wheel-check/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	cp strategies/ema_cross.strat build/wheel-check/
	cd build/wheel-check && bin/stratc version && bin/stratc check ema_cross.strat

clean: ## remove what was built; .venv stays
	rm -rf build dist runs stratc.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
