# For those who have make; without it, the commands below work as they stand.

PYTHON ?= python3
RUN := .venv/bin
TESTS ?= not slow and not camera
MINUTES ?= 10

.PHONY: dev setup demo test test-full bad-network failover fuzz mutants lint texts lock bench release release-windows release-audit windows-check clean

setup:            ## what Serah needs to run
	@$(PYTHON) bootstrap.py

demo: setup       ## the whole job on an example, without a camera
	@$(RUN)/python main.py demo

dev:
	@$(PYTHON) bootstrap.py --dev

test: dev         ## the quick tests: no camera, no server
	@$(RUN)/python -m pytest -q -n auto -m "$(TESTS)"

test-full: dev    ## every test that needs no camera
	@$(RUN)/python -m pytest -q -n auto -m "not camera" --hypothesis-profile full

bad-network: dev  ## a day sent to a hub over lines that lose, delay and cut (Linux, root), and over a proxy that does
	@$(RUN)/python -m pytest -q -n 0 tests/services/test_hub_bad_network.py
	@$(RUN)/python -m tests.support.bad_day

failover: dev     ## the hub of a province (docs/hub-province.md): killed, cut off, filled up, put back, TIMES (20) times (Linux, root)
	@TIMES=$${TIMES:-20} $(RUN)/python -m pytest -q -n 0 -rs -s tests/services/test_hub_failover.py

fuzz: dev         ## looks for bytes that harm a reader, MINUTES (10) for each of them
	@$(RUN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-fuzz.txt || \
		echo "Without atheris: by mutation alone."
	@$(RUN)/python -m tests.fuzz --minutes $(MINUTES)

lint: dev         ## layout, mistakes, types, and who may import whom
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

mutants: dev      ## changes the rules in one place at a time and looks for a test that fails; takes hours, and goes on where it was ended
	@$(RUN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-mutants.lock
	@$(RUN)/python -m tests.mutants

texts: dev        ## gathers the English texts and compiles the translations
	$(RUN)/python -m language.catalogue

lock: dev         ## renews what is installed: the newest versions within the bounds, each with its digests
	@for name in requirements-dev requirements-hub requirements requirements-release requirements-mutants; do \
		$(RUN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
			--no-emit-index-url --custom-compile-command "make lock" $$name.txt --output-file $$name.lock \
			$$(test $$name = requirements-dev || echo --constraint requirements-dev.lock) || exit 1; \
	done

bench: dev        ## what each claim about speed rests on
	@for script in bench/*.py; do echo "== $$script"; $(RUN)/python $$script || exit 1; done

PACKED = $(if $(PYTHON_ZIP),--python-zip "$(PYTHON_ZIP)" --python-sha256 "$(PYTHON_SHA256)") $(if $(RELEASE_KEY),--key "$(RELEASE_KEY)")

release: dev      ## every package, built twice, and the signed list (docs/releasing.md)
	@$(RUN)/python -m tools.release all $(PACKED)

release-windows: dev  ## the folder for Windows alone: PYTHON_ZIP=... PYTHON_SHA256=...
	@$(RUN)/python -m tools.release windows $(PACKED)

release-audit: dev  ## asks for known vulnerabilities of what is shipped; needs a network
	@$(RUN)/python -m tools.release audit

windows-check: dev  ## the Windows build on Linux, under wine, and the quick tests in it; WINDOWS_CACHE: a folder
	@$(RUN)/python -m tools.windows.under_wine full $(if $(WINDOWS_CACHE),--cache "$(WINDOWS_CACHE)")

clean:            ## what the tools left; keeps .venv and all data
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build demo-out
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
