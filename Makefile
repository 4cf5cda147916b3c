# Studio Concierge. `make` lists the targets. Needed: make, and Python 3.11 or newer with pip.

# PYTHON=python3.12 names the interpreter of a new environment; otherwise scripts/find-python.sh looks for one.
PYTHON ?=
# ARGS goes to the program that a target runs: make test ARGS="-k login", make demo ARGS=--serve
ARGS ?=

export PYTHON
SOURCE_PATH := PYTHONPATH=.:layers/concierge
PYTHON_CODE := layers functions local cli scripts benchmarks tests
SAM := AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 .venv-sam/bin/python -m samcli

# $(call environment,FOLDER,LOCK): FOLDER holds what LOCK names. Compares contents, for a checkout changes dates.
define environment
	@if ! { test -x $(1)/bin/python && cmp -s $(2) $(1)/installed.lock; }; then \
		python="$$(scripts/find-python.sh)" && "$$python" -m scripts.environment $(1) $(2); \
	fi
endef

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench build lock clean purge .venv .venv-sam .venv-lock .venv-custodian

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: .venv ## Make .venv from the locked requirements; the other targets do it by themselves

demo: .venv ## Run the whole deployment here and tell a person's story; ARGS=--serve keeps it up
	@$(SOURCE_PATH) .venv/bin/python -m local.demo $(ARGS)

test: .venv ## Run the tests, on all cores up to four; ARGS go to pytest, which then runs in one process
	@.venv/bin/python -m pytest $(or $(ARGS),--numprocesses=auto --maxprocesses=4 --dist=loadgroup)

check: .venv .venv-sam ## Check format, lint, types, template and shell scripts
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy --strict $(PYTHON_CODE)
	$(SAM) validate --lint </dev/null
	$(SAM) validate --lint -t spoke.yaml </dev/null
	$(SAM) validate --lint -t region.yaml </dev/null
	.venv/bin/shellcheck .ci/run bin/* scripts/*.sh $(wildcard lifecycle/*.sh)

format: .venv ## Put the code into the project's format
	.venv/bin/python -m ruff check --fix .
	.venv/bin/python -m ruff format .

bench: .venv .venv-custodian ## Measure cold starts, calls of each job, a storm and a night; ARGS go to the benchmarks
	@$(SOURCE_PATH) .venv/bin/python -m benchmarks $(ARGS)

build: .venv-sam ## Build what `sam deploy` uploads, into .aws-sam; ARGS go to `sam build`
	@.venv-sam/bin/python -m scripts.build $(ARGS)

lock: .venv-lock ## Resolve requirements/*.in again; ARGS=--upgrade takes the newest releases
	@.venv-lock/bin/python -m scripts.lock $(ARGS)

clean: ## Remove what was built and cached; the environments stay
	rm -rf .aws-sam .build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find $(PYTHON_CODE) -type d -name __pycache__ -prune -exec rm -rf {} +

purge: clean ## Remove the environments too
	rm -rf .venv .venv-sam .venv-lock .venv-custodian

.venv:
	$(call environment,.venv,requirements/dev.lock)

.venv-sam:
	$(call environment,.venv-sam,requirements/sam.lock)

.venv-lock:
	$(call environment,.venv-lock,requirements/locking.lock)

.venv-custodian:
	$(call environment,.venv-custodian,requirements/custodian.lock)
