"""The course as a static book: `build` writes what Sphinx reads, from chapters and pages."""
