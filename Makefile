# setup · run · test · simulate · screenshots · docs · bench · soak · scale · contract · lint · lock · dist · clean
PORT ?=
VENV := .venv
ON_WINDOWS := $(filter Windows_NT,$(OS))
PY := $(VENV)/$(if $(ON_WINDOWS),Scripts/python.exe,bin/python)
# The first Python that TensorFlow has wheels for.
IS_SUPPORTED := -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3 python,$(shell \
	$(name) $(IS_SUPPORTED) 2>/dev/null && echo $(name))))
TOOLS := node_modules/.bin

# What the tests need and this machine lacks is fetched with pip and npm, pinned and checked: Node.js and npm into
# .venv, a Chinese font and Chromium (tests/simulator/browser/install.js) beside the simulator.
HAS_NODE := $(shell command -v npm >/dev/null && node -p "parseInt(process.versions.node) >= 20" 2>/dev/null)
ifneq ($(HAS_NODE),true)
NODE := $(VENV)/node.stamp
export PATH := $(CURDIR)/$(dir $(PY)):$(PATH)
endif
# Elsewhere than on Linux the system brings one.
LACKS_FONT := $(shell test "$$(uname -s)" != Linux || fc-list :lang=zh 2>/dev/null | grep -q . || echo true)
INSTALLED := tests/simulator/browser/installed
FONT := $(if $(LACKS_FONT),$(INSTALLED)/fonts/.stamp)

.PHONY: help setup run test test-server test-client simulate screenshots docs bench soak scale contract contract-check lint format lock lock-check dist browser clean

help:
	@echo "make setup            install what the server needs"
	@echo "make run [PORT=5055]  install, start, answer; SLIM=1 installs no Keras: the built-in model alone"
	@echo "make test             every test; fetches what it needs beside Python"
	@echo "make test-server      the server's tests alone"
	@echo "make test-client      the mini-program's tests alone"
	@echo "make simulate         the mini-program in a browser, beside a running server"
	@echo "make bench [QUICK=1]  the old demo and PaiShi under the same load"
	@echo "make soak MINUTES=5   good, bad, slow, hostile and vanishing clients, and a crowd"
	@echo "make scale            several servers behind HAProxy with Redis, while one dies, hangs, leaves or is slow"
	@echo "make screenshots      the README's pictures, anew"
	@echo "make docs             the manual, into build/docs"
	@echo "make contract         generate both sides' types from shared/contract.schema.json"
	@echo "make contract-check   whether those types are as it says"
	@echo "make lint             style, types, WeChat's own compile check"
	@echo "make format           put the Python code into its style"
	@echo "make lock             resolve the Python dependencies anew"
	@echo "make dist             wheel, source and SBOMs into build/dist, tried in a fresh environment"
	@echo "make clean            remove what these have installed and built, so that the next one begins anew"

setup: $(VENV)/$(if $(SLIM),slim,run).stamp

run: setup
	$(if $(PORT),PAISHI_PORT=$(PORT)) $(PY) -m paishi serve

$(PY):
	@test -n "$(PYTHON)" || { echo "PaiShi needs Python 3.11, 3.12 or 3.13: https://www.python.org/downloads/"; \
		echo "If it has another name here: make run PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" $(IS_SUPPORTED) || { echo "PaiShi needs Python 3.11, 3.12 or 3.13, but $(PYTHON) is" \
		"$$("$(PYTHON)" --version 2>&1 | tail -1)."; exit 1; }
	@"$(PYTHON)" server/supported.py $(if $(SLIM),--slim)
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python has no venv here. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }

# pip shows how far it is: this takes minutes where packages come slowly.
$(VENV)/run.stamp: requirements.lock pyproject.toml | $(PY)
	@echo "Installing (about 350 MB, once; SLIM=1 makes it 120 MB, without Keras) ..."
	@$(PY) -m pip install --disable-pip-version-check --require-hashes -r $<
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/slim.stamp: requirements-slim.lock pyproject.toml | $(PY)
	@echo "Installing (about 120 MB, once) ..."
	@$(PY) -m pip install --disable-pip-version-check --require-hashes -r $<
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements-test.lock $(VENV)/run.stamp
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

$(VENV)/node.stamp: requirements-node.lock | $(PY)
	@echo "No Node.js 20 here: installing one (about 60 MB, once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
	@touch $@

$(INSTALLED)/fonts/.stamp: requirements-font.lock | $(PY)
	@rm -rf $(@D)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --target $(@D) -r requirements-font.lock
	@touch $@

node_modules/.package-lock.json: package-lock.json package.json tests/simulator/package.json tests/e2e/typescript/package.json $(NODE)
	@npm ci --loglevel=error
	@touch $@

tests/wechat-compiler/node_modules/.package-lock.json: tests/wechat-compiler/package-lock.json $(NODE)
	@npm ci --prefix $(<D) --loglevel=error
	@touch $@

browser: node_modules/.package-lock.json $(FONT)
	@node tests/simulator/browser/install.js

# The failure of one part does not hide the others'. One after the other they take less memory.
test:
	@failed=; for part in contract-check test-server test-client; do \
		$(MAKE) --no-print-directory $$part || failed="$$failed $$part"; \
	done; test -z "$$failed" || { echo "Failed:$$failed"; exit 1; }

# The tests start hundreds of servers and commands, each of which would compile PaiShi anew without bytecode.
# A worker that dies ends the run and names its test: to replace it, as pytest-xdist does, may hang at a run's end.
test-server: $(VENV)/test.stamp
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n auto --max-worker-restart=0 \
		$(if $(CI),--cov --cov-report=term:skip-covered)

test-client: $(VENV)/test.stamp browser
	PAISHI_PYTHON=$(PY) $(TOOLS)/vitest run

simulate: node_modules/.package-lock.json
	node tests/simulator/serve.js --open $(if $(PORT),--server http://127.0.0.1:$(PORT))

screenshots: $(VENV)/test.stamp browser
	PAISHI_PYTHON=$(PY) PAISHI_KEEP_SCREENSHOTS=1 $(TOOLS)/vitest run tests/e2e/readme.chromium.test.js \
		tests/e2e/contact-sheet.chromium.test.js tests/e2e/report.chromium.test.js

# Material warns of a later MkDocs, which the lock does not take.
docs: $(VENV)/test.stamp
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict

bench: $(VENV)/test.stamp
	$(PY) -m tests.bench $(if $(QUICK),--quick)

soak: $(VENV)/test.stamp
	$(PY) -m tests.soak $(if $(MINUTES),--minutes $(MINUTES))

scale: $(VENV)/test.stamp
	$(PY) -m tests.scale
	$(PY) -m tests.scale.processes
	$(PY) -m tests.scale.simulate

PYDANTIC := $(PY) -m datamodel_code_generator --input shared/contract.schema.json --input-file-type jsonschema \
	--output-model-type pydantic_v2.BaseModel --formatters builtin --use-annotated --field-constraints \
	--use-double-quotes --use-standard-collections --use-union-operator --use-schema-description \
	--target-python-version 3.11 --disable-timestamp --collapse-root-models --enum-field-as-literal all \
	--custom-file-header '"""Generated from shared/contract.schema.json by `make contract`; do not edit."""'
TYPESCRIPT := $(TOOLS)/json2ts --input shared/contract.schema.json --unreachableDefinitions \
	--additionalProperties=false --maxItems=-1 \
	--bannerComment '/* Generated from shared/contract.schema.json by `make contract`; do not edit. */'

contract: $(VENV)/test.stamp node_modules/.package-lock.json
	$(PYDANTIC) --output server/paishi/contract.py
	$(TYPESCRIPT) --output miniprogram/contract.d.ts

contract-check: $(VENV)/test.stamp node_modules/.package-lock.json
	@mkdir -p build
	@$(PYDANTIC) --output build/contract.py
	@$(TYPESCRIPT) --output build/contract.d.ts
	@diff -u server/paishi/contract.py build/contract.py && diff -u miniprogram/contract.d.ts build/contract.d.ts \
		|| { echo "shared/contract.schema.json has changed: run 'make contract' and commit what it writes."; exit 1; }

lint: lock-check $(VENV)/test.stamp node_modules/.package-lock.json tests/wechat-compiler/node_modules/.package-lock.json
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry server
	git ls-files -z ':!*.lock' | xargs -0 $(VENV)/bin/codespell
	$(TOOLS)/eslint .
	$(TOOLS)/tsc -p miniprogram
	node tests/wechat-compiler/compile.js

format: $(VENV)/test.stamp
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# Each lock file is a part of uv.lock, so that `make run` needs Python and pip alone.
EXPORT := $(VENV)/bin/uv export --quiet --frozen --no-emit-project --no-annotate --no-header
LOCKS := requirements requirements-slim requirements-train requirements-export requirements-int8 requirements-redis requirements-test requirements-node requirements-font
OPTIONS_requirements := --no-default-groups --group build --extra keras
OPTIONS_requirements-slim := --no-default-groups --group build
OPTIONS_requirements-train := --no-default-groups --group build --extra train
OPTIONS_requirements-export := --no-default-groups --group build --extra export
OPTIONS_requirements-int8 := --no-default-groups --group build --extra keras --extra int8
OPTIONS_requirements-redis := --no-default-groups --group build --extra keras --extra redis
OPTIONS_requirements-test := --all-extras
OPTIONS_requirements-node := --only-group node
OPTIONS_requirements-font := --only-group font

lock: $(VENV)/test.stamp
	$(VENV)/bin/uv lock
	$(foreach name,$(LOCKS),$(EXPORT) $(OPTIONS_$(name)) --output-file $(name).lock >/dev/null &&) true

lock-check: $(VENV)/test.stamp
	@mkdir -p build
	@$(foreach name,$(LOCKS),$(EXPORT) $(OPTIONS_$(name)) --output-file build/$(name).lock >/dev/null && \
		diff -q $(name).lock build/$(name).lock &&) true \
		|| { echo "uv.lock has changed: run 'make lock' and commit what it writes."; exit 1; }

DIST := build/dist

# `pip install paishi` as a stranger does it: from the wheel alone, which then answers in an empty folder.
dist: $(VENV)/test.stamp $(NODE)
	rm -rf $(DIST)
	$(PY) -m build --no-isolation --outdir $(DIST)
	$(PY) -m twine check --strict $(DIST)/*
	$(VENV)/bin/uv export --quiet --frozen --no-default-groups --all-extras --format cyclonedx1.5 \
		--output-file $(DIST)/python.cdx.json >/dev/null
	npm sbom --sbom-format cyclonedx --package-lock-only > $(DIST)/javascript.cdx.json
	$(PY) -m tests.try_wheel $(DIST)

# Downloaded weights are in KERAS_HOME, measurements in artifacts/: both stay.
clean:
	rm -rf $(VENV) $(INSTALLED) build node_modules tests/wechat-compiler/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .coverage
