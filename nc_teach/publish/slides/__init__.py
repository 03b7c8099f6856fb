"""A chapter as a lecture: slides that each say one thing in a sentence, and show why it is so.

What a slide says stands in the notebook, in the metadata of the cell that shows it (`assertions`);
what it shows is the cell's own (`evidence`). `lecture` puts them in order, `deck` makes one file of
them for the projector, and `handout` one for the students, with blanks where they guess.
"""
