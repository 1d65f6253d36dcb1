# What a newcomer and the CI need; `make` alone lists it.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-puppets test clean

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
READY := $(VENV)/.ready

# Where torch's wheels come from, beside PyPI: `auto` is the index of the CPU builds unless an NVIDIA
# driver is found. make TORCH_INDEX= setup takes PyPI's, which contain CUDA.
TORCH_INDEX ?= auto

SOURCES := $(shell find talkinghead -name '*.py') $(wildcard ckpt/* talkinghead/geometry/*.csv)
WAVS := $(wildcard examples/*.wav)
PHOTOS := $(WAVS:examples/%.wav=results/astronaut_%.mp4)
PUPPETS := $(patsubst puppets/%/puppet.yaml,%,$(wildcard puppets/*/puppet.yaml))
CARTOONS := $(WAVS:examples/%.wav=results/wilk_%.mp4)
CAST := $(PUPPETS:%=results/%_hello_slt.mp4)

help:
	@echo 'make setup   a Python environment in $(VENV), as pinned in requirements.txt'
	@echo 'make demo    a photo and a puppet speak: videos in results/'
	@echo 'make demo-puppets   every puppet speaks, and stands on one sheet: in results/'
	@echo 'make test    style, types, layers and tests: all that the CI checks'
	@echo 'make clean   remove results and caches; $(VENV) stays'
	@echo
	@echo 'torch comes with CUDA where an NVIDIA driver is found, and without elsewhere.'

setup: $(READY)

# READY holds the folder it was made for: in a checkout that was moved or copied, the set-up runs
# again, for a virtual environment points to its place and to the package's.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

# torch and numpy come first and with what they need, so that no looser demand of another package
# chooses for them. The rest is a complete list: nothing is left to resolve.
$(READY): requirements.txt requirements-dev.txt pyproject.toml
	@scripts/make_venv $(VENV)
	@index='$(TORCH_INDEX)'; [ "$$index" != auto ] || index=$$(scripts/torch_index $(PY)); \
		$(PIP) install $${index:+--extra-index-url $$index} torch==2.13.0 numpy==1.26.4
	$(PIP) install --no-deps -r requirements.txt -r requirements-dev.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	$(PY) -m talkinghead fetch-networks
	@pwd -P > $@

demo: $(PHOTOS) $(CARTOONS)
	@$(if $(WAVS),,echo 'make: examples/ holds no wav to speak' >&2; exit 2)
	@printf 'Look at:\n'; printf '  %s\n' $^

results/astronaut_%.mp4: examples/%.wav $(SOURCES) main_end2end.py | $(READY)
	$(PY) main_end2end.py --jpg astronaut --audio $< --output_folder results

demo-puppets: $(CAST) results/puppets.png
	@printf 'Look at:\n'; printf '  %s\n' $^

results/puppets.png: $(SOURCES) $(wildcard puppets/*/*) | $(READY)
	$(PY) -m talkinghead puppet list --sheet $@

define CARTOON
results/$(1)_%.mp4: examples/%.wav $$(SOURCES) $$(wildcard puppets/$(1)/*) main_end2end_cartoon.py | $$(READY)
	$$(PY) main_end2end_cartoon.py --jpg $(1) --audio $$< --output_folder results
endef
$(foreach puppet,$(PUPPETS),$(eval $(call CARTOON,$(puppet))))

test: $(READY)
	@VENV=$(VENV) scripts/check

clean:
	rm -rf results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .grimp_cache .hypothesis .coverage
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf
