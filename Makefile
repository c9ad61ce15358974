# make demo    sets up, builds, runs a first container and shows its three primitives
# make test    sets up, passes all tests
# make help    the rest
SHELL := /bin/bash
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory
PREFIX ?= /usr/local
DESTDIR ?=
BUN := node_modules/.bin/bun
TO := $(DESTDIR)$(PREFIX)

.PHONY: help setup setup-demo setup-test prepare build check test unit guest fuzz demo bench install uninstall clean

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## what a build needs: missing Debian packages (needs root) and npm packages
	@tools/setup.sh build

setup-demo: ## and what the demo shows it with
	@tools/setup.sh demo

setup-test: ## and what the tests need
	@tools/setup.sh test

prepare: setup ## what the source needs to run as it is: bun cli/main.ts
	@$(BUN) tools/build.ts prepare

build: setup ## dist/limpid
	@$(BUN) tools/build.ts

check: setup ## types, lint, format, import rules, dead code
	@$(BUN) tools/check.ts

test: setup-test ## everything that CI runs
	@$(BUN) tools/test.ts

unit: prepare ## the tests beside the code, in seconds
	@$(BUN) test --timeout=120000 --only-failures ./base ./abi ./spec ./plan

guest: build setup-test ## a shell in the guest with cgroup v2
	@$(BUN) tests/guest/run.ts v2 -- sh

demo: setup-demo build ## a first container, looked at with the machine's own tools
	@tools/demo.sh

bench: build ## Limpid beside crun, runc, podman and docker
	@$(BUN) bench/run.ts --write

install: build ## into PREFIX (/usr/local)
	@tools/install.sh install "$(TO)"

uninstall: ## what install put there
	@tools/install.sh uninstall "$(TO)"

clean: ## dist/ and build/
	rm -rf dist build
