"""A chapter as slides: what each cell becomes, how high it is, which slide has room, the HTML.

`cell_roles` says what becomes of each cell, `blocks` what it puts on a slide and how high that is
(`prose` for words, `code_blocks` for code), `layout` fills the slides, and `deck` makes one file
of them.
"""
