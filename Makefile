# Builds its own environment in .venv; needs Python 3.11 or newer, and nothing else.
#
#   make demo    paint the shipped shot: EXR frames, a contact sheet and a movie in demo_output/
#   make test    format, lint, types and every test
#   make setup   only the environment, for Nuke and the command line
#   make lint    format, lint and types
#   make clean   take away what these wrote, and the environments
#
# EXTRA=gpu installs the worker for an NVIDIA GPU; the choice is remembered.
# PYTHON=... names the Python to build .venv with.

SHELL := /bin/sh
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: setup demo test lint clean

comma := ,
VENV := .venv
BIN := $(VENV)/bin
EXTRA ?= $(if $(wildcard $(VENV)/.installed-gpu),gpu,cpu)
WORKER := $(VENV)/.installed-$(EXTRA)
DEV := $(VENV)/.installed-dev
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# What runs in Nuke 14's Python 3.9: all directly in nuke_plugin/, and these packages.
NUKE_SIDE := $(wildcard init.py menu.py nuke_plugin/*.py) \
    $(addprefix nuke_plugin/,farm looks panel self_check contract)

setup: $(WORKER)
	@echo "Installed in $(VENV). Nuke: $(BIN)/impasto nuke-install. Commands: $(BIN)/impasto --help"

demo: $(WORKER)
	$(BIN)/impasto demo --out demo_output

test: $(DEV)
	$(BIN)/python tests/host_pythons.py prepare
	$(MAKE) --no-print-directory lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest
	$(BIN)/python tests/host_pythons.py test

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --python-version 3.9 $(NUKE_SIDE)
	$(BIN)/mypy --python-version 3.11 nuke_plugin/worker model_training

clean:
	rm -rf $(VENV) .venvs build dist *.egg-info demo_output .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A pyenv shim is on PATH also when its Python is not chosen, and then fails: so each one is tried.
PYTHONS := python3.11 python3 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.11.*/bin/python
$(BIN)/python:
	@for python in $(if $(PYTHON),"$(PYTHON)",$(PYTHONS)); do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Building $(VENV) with $$python"; exec "$$python" -m venv $(VENV); \
	    fi; \
	done; \
	echo "No Python 3.11 or newer was found (tried $(or $(PYTHON),python3.11$(comma) python3 and pyenv))." >&2; \
	echo "Install one (Debian: apt install python3.11-venv; others: python.org) or name it:" >&2; \
	echo "make PYTHON=/path/to/python3.11" >&2; \
	exit 1

# onnxruntime and onnxruntime-gpu bring one module under two names, so the other one goes first.
$(WORKER): requirements/worker-$(EXTRA).txt setup.py | $(BIN)/python
	@echo "Installing the worker ($(EXTRA)) into $(VENV)"
	@rm -f $(VENV)/.installed-*
	@$(BIN)/python -m pip uninstall --quiet --yes $(if $(filter gpu,$(EXTRA)),onnxruntime,onnxruntime-gpu) 2>/dev/null
	@$(PIP_INSTALL) -r requirements/worker-$(EXTRA).txt
	@$(PIP_INSTALL) --no-deps -e .
	@touch $@

$(DEV): requirements/training.txt requirements/dev.txt $(WORKER)
	@echo "Installing the training and the checks into $(VENV) (torch is large: this takes minutes)"
	@$(PIP_INSTALL) -r requirements/worker-$(EXTRA).txt -r requirements/training.txt -r requirements/dev.txt
	@touch $@
