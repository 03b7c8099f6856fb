"""Slides, site, pages over the whole course and lecturer's copies, all from the same notebooks.

`chapters` finds a notebook and says what each cell is for, `execute` runs it so that its figures
move, `poll` reads its predictions, `markdown` turns its words into HTML. From these, `slides` makes
a deck, `pages` what belongs to the whole course, and `site` the book that holds all of it.
"""
