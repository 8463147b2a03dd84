# Clinicity's commands. `make help` lists them.
# CLINICITY_VAR names another folder for data; PORT another port to try first.

PYTHON ?= python3
BIN := .venv/bin
VAR := $(or $(CLINICITY_VAR),var)
# The suite has a stack of its own; two processes pay off from two cores on.
TEST_VAR := $(CURDIR)/var/test
WORKERS := $(shell [ "$$(nproc 2>/dev/null || echo 1)" -ge 2 ] && echo "-n 2")
ON_TEST_STACK := CLINICITY_VAR=$(TEST_VAR) ENVIRONMENT=test
STACK := $(BIN)/python -m clinicity.stack
END_TEST_STACK = CLINICITY_VAR=$(TEST_VAR) $(STACK) stop --if-unused >/dev/null

.DEFAULT_GOAL := help
.PHONY: graph help setup tools demo demo-reset test test-all check lint types contracts migrations \
	security security-quick smoke house lock backup restore neo4j neo4j-stop doctor

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install everything into .venv, as the lock file says
	@$(PYTHON) deploy/install.py

tools: ## Also install the system's programs that some tests use
	@$(PYTHON) deploy/install.py --tools

demo: setup ## Run it all with simulated patients; Ctrl-C stops it
	@exec $(STACK) demo

demo-reset: setup ## Throw the demo's data away, after asking
	@$(STACK) reset

test: tools ## Run the tests
	@$(BIN)/python -m pytest $(WORKERS); code=$$?; $(END_TEST_STACK); exit $$code

test-all: tools ## Run also the slow ones, those on real data and those in a browser
	@$(BIN)/python -m pytest $(WORKERS) -m ""; code=$$?; $(END_TEST_STACK); exit $$code

check: tools lint types contracts migrations security-quick graph ## All that CI does: format, lint, types, contracts, tests
	@$(MAKE) --no-print-directory test; code=$$?; $(STACK) neo4j-stop >/dev/null 2>&1; exit $$code

# The graph's contract tests run on a real Neo4j as well, where one can be had.
graph: setup
	@if command -v mvn >/dev/null && command -v java >/dev/null; then \
		$(STACK) neo4j-start >/dev/null || echo "Neo4j didn't start: its tests are skipped."; \
	else echo "Install Java 17 and Maven to test the graph on a real Neo4j as well."; fi

lint: setup
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .

types: setup
	@$(BIN)/mypy --no-error-summary .

contracts: setup
	@$(BIN)/lint-imports --no-logo

migrations: setup
	@$(ON_TEST_STACK) $(STACK) start >/dev/null
	@$(ON_TEST_STACK) $(BIN)/python manage.py makemigrations --check --dry-run

security: setup ## Linters, secrets, deployment, licences, SBOM: reports under var/reports
	@$(BIN)/python -m clinicity.workbench.security $(if $(ASK),--ask)

security-quick: setup
	@$(BIN)/python -m clinicity.workbench.security --quick

smoke: setup ## Walk the newcomer's way, one line for each row of the mission
	@$(BIN)/python -m clinicity.demo.smoke

house: setup ## The figures of the house: sizes, and imports between apps
	@$(BIN)/python -m clinicity.stack.house

doctor: setup ## What runs, where each setting came from, what to do
	@$(BIN)/python manage.py doctor

backup: setup ## Save the database and files, keys apart: make backup TO=folder
	@$(STACK) backup "$(TO)"

restore: setup ## Restore into an empty folder: make restore FROM=folder KEYS=file
	@$(STACK) restore "$(FROM)" --keys "$(KEYS)"

neo4j: setup ## Fetch and start a real Neo4j 5 under var/ (needs Java 17 and Maven)
	@$(STACK) neo4j-start

neo4j-stop: setup ## Stop it
	@$(STACK) neo4j-stop

lock: setup ## Write requirements.lock again from requirements*.txt
	@$(BIN)/uv pip compile --universal --no-header --no-emit-index-url --quiet \
		--python-version 3.11 requirements-dev.txt --output-file requirements.lock
