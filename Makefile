# Short names for two commands; `pip install -e ".[site]"` has what they need.
PYTHON ?= .venv/bin/python
OUT ?= site

.PHONY: site slides
site: ## the course as a static book in $(OUT)
	$(PYTHON) -m nc_teach.cli site --out $(OUT)

slides: ## one deck a chapter, in slides_N.html
	$(PYTHON) -c "from nc_teach import course; print(*[c.number for c in course.chapters() if c.predictions and c.number != '00'])" \
	  | xargs -n 1 $(PYTHON) -m nc_teach.cli slides
