# Everything that is done with this repository. `make` alone shows what there is.
# All of it works from a fresh clone: what a target needs is made first, under .local/, and nowhere else.

SHELL := /bin/bash
# Any Python from 3.9 on: it only sets up the rest.
PYTHON ?= python3
BIN := .local/venv/bin
UV := .local/uv/bin/uv
COMPILE := UV_CACHE_DIR=.local/cache/uv $(UV) pip compile --quiet --universal --python-version 3.13 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
PYTEST_ARGUMENTS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-history up down forget build deploy release share-events send-event contract contract-published examples privacy test check audit sbom e2e iam-check mutants soak fuzz load mutation bench bench-growth start-up start-up-recorded bench-month bench-widgets pictures format lock clean

help: ## Show this
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what the project needs under .local/ (every other target does it too)
	@$(PYTHON) -m infra.local.set_up

demo: setup ## Watch a programme, a voucher and a ride on this machine, without an AWS account
	@$(BIN)/python -m infra.local.demo

demo-history: setup ## Write a month of history on this machine, and publish its report
	@PYTHONPATH=functions $(BIN)/python -m infra.local.history

up: setup ## Build, and run the whole system on this machine
	@$(BIN)/python -m infra.local.up

down: setup ## Stop it; the next `make up` has the same data
	@$(BIN)/python -m infra.local.down

forget: setup ## Stop it and throw its data away
	@$(BIN)/python -m infra.local.down --forget

build: setup ## Build the functions for AWS (arm64) into .aws-sam/build
	@$(BIN)/python -m infra.local.build

deploy: build ## Deploy to AWS what is built (STACK=trial or production, PARAMETERS='AlarmEmail=…')
	@$(BIN)/python -m infra.deploy $(STACK)

release: build ## Write what an admin uploads to make a stack by clicking, into .local/release
	@PYTHONPATH=functions $(BIN)/python -m infra.release

share-events: setup ## Share the admins' saved events on AWS, in the console (STACK=trial or production)
	@PYTHONPATH=functions $(BIN)/python -m infra.local.share_events $(STACK)

send-event: setup ## Send one of the admins' events that the demo has made ready (EVENT=block_voucher)
	@PYTHONPATH=functions $(BIN)/python -m infra.local.send_event "$(EVENT)"

contract: setup ## Write functions/contract/openapi.json and report.schema.json anew from endpoints and models
	@PYTHONPATH=functions $(BIN)/python -m infra.contract

examples: setup ## Play the contract's examples through the handlers, and write the contract with them
	@PYTHONPATH=functions:tests:. $(BIN)/python -m infra.contract.play_examples
	@PYTHONPATH=functions $(BIN)/python -m infra.contract

contract-published: setup ## At a release: take the contract as published, which later ones may not break
	@PYTHONPATH=functions $(BIN)/python -m infra.contract.published

privacy: setup ## Write the tables of infra/guides/privacy.md and of the law's runbook anew from the models
	@PYTHONPATH=functions $(BIN)/python -m infra.privacy

test: setup ## Run the tests that need no running system
	@storage=tests/storage; \
	if ! reason=$$($(BIN)/python -m infra.local.dynamodb); then \
		echo "*** tests/storage CAN'T RUN: $$reason ***"; \
		if [ -n "$$CI" ]; then exit 1; fi; \
		storage=; \
	fi; \
	printed=tests/printed; \
	if ! lacking=$$($(BIN)/python -m infra.local.chromium); then \
		echo "*** tests/printed CAN'T RUN: $$lacking ***"; \
		if [ -n "$$CI" ]; then exit 1; fi; \
		printed=; \
	fi; \
	$(BIN)/pytest -n 2 $(PYTEST_ARGUMENTS) tests/unit $$storage tests/functional tests/template $$printed; \
	result=$$?; \
	if [ -z "$$printed" ]; then echo "*** tests/printed WERE NOT RUN: $$lacking ***"; fi; \
	if [ -z "$$storage" ]; then echo "*** tests/storage WERE NOT RUN: $$reason ***"; fi; \
	exit $$result

check: setup ## The gate: format, lint, types, layers, template, checkov, start-up, tests
	$(BIN)/ruff format --check functions infra tests
	$(BIN)/ruff check functions infra tests
	$(BIN)/mypy functions infra tests
	PYTHONPATH=functions $(BIN)/lint-imports --no-logo
	$(BIN)/cfn-lint --append-rules cfn_lint_serverless.rules --template template.yaml infra/monitoring.yaml infra/dashboard.yaml infra/github-role.yaml
	@$(BIN)/python -m infra.checkov
	@$(MAKE) --no-print-directory start-up
	@$(MAKE) --no-print-directory test

audit: setup ## Look the template over, and ask which dependencies are known to be weak
	@$(BIN)/python -m infra.checkov
	@$(BIN)/python -m infra.advisories

sbom: setup ## Write what the functions carry, as CycloneDX has it, into .local/release
	@$(BIN)/python -m infra.sbom

e2e: setup ## Run the end-to-end tests on the running system, or on one that is started for them
	@$(BIN)/python -m infra.local.e2e $(PYTEST_ARGUMENTS)

iam-check: setup ## Take each allowed action away in turn; the end-to-end tests must notice
	@$(BIN)/python -m infra.local.iam_check

mutants: setup ## Break each invariant on purpose; a named test must notice
	@$(BIN)/python -m infra.local.mutants

mutation: setup ## Break the pure domain in every way that a tool can think of (long)
	@$(BIN)/python -m infra.local.mutation

soak: setup ## Play random histories against the tests' model (SOAK_OPERATIONS, SOAK_MINUTES, SOAK_SEED)
	@PYTHONPATH=functions:tests:. $(BIN)/python -m infra.local.soak

fuzz: setup ## Send what the contract allows, forbids and nearly allows (FUZZ_MINUTES, FUZZ_SEED)
	@PYTHONPATH=functions:tests:. $(BIN)/python -m infra.local.fuzz

load: setup ## Call the running system beyond its limits, and look for all answers in the books
	@PYTHONPATH=functions:tests:. $(BIN)/python -m infra.local.load

bench: setup ## Measure all that is told of speed, by ratios, and tell it in tests/bench/RESULTS.md
	@PYTHONPATH=functions:tests:. $(BIN)/python -m bench.run

start-up: setup ## Count the instructions of each start behind the API, and fail if one got slower
	@PYTHONPATH=functions:tests:. $(BIN)/python -m bench.start_up --gate

start-up-recorded: setup ## Record them, when a start is meant to be slower, or got faster
	@PYTHONPATH=functions:tests:. $(BIN)/python -m bench.start_up --record

bench-growth: setup ## Measure how an authorize and lists grow with TABLE_VOUCHERS (up to 1000000, which takes long)
	@PYTHONPATH=functions:tests:. $(BIN)/python -m bench.growth

bench-month: setup ## Measure how long a month takes to be added up (ENTRIES=1000,16000)
	@PYTHONPATH=functions:tests:. $(BIN)/python tests/bench/month_at_scale.py

bench-widgets: setup ## Measure the control room's widgets against a bare read of DynamoDB
	@PYTHONPATH=functions:tests:. $(BIN)/python tests/bench/widgets.py

pictures: setup ## Take the guide's pictures from the demo's stack
	@$(BIN)/python -m infra.local.pictures

format: setup ## Format the code and mend what the linter can
	$(BIN)/ruff format functions infra tests
	$(BIN)/ruff check --fix functions infra tests

lock: setup ## Pin what pyproject.toml asks for, with hashes, to the newest versions
	$(COMPILE) --upgrade pyproject.toml -o functions/requirements.txt
	$(COMPILE) --upgrade pyproject.toml --group dev -c functions/requirements.txt -o requirements-dev.txt
	$(COMPILE) --upgrade --group pyproject.toml:audit -o infra/local/requirements-audit.txt
	$(COMPILE) --upgrade --group pyproject.toml:emulator -o infra/local/requirements-emulator.txt
	$(COMPILE) --upgrade --group pyproject.toml:floor -c functions/requirements.txt -o infra/local/requirements-floor.txt
	$(COMPILE) --upgrade --group pyproject.toml:sam -o infra/local/requirements-sam.txt
	$(COMPILE) --upgrade --group pyproject.toml:uv -o infra/local/requirements-uv.txt

clean: ## Remove all that was made here, the local system's data too; stop it first
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m infra.local.down; fi
	rm -rf .local .aws-sam .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
