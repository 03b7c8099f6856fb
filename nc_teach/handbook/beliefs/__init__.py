"""The lists of what people commonly believe: one module a chapter."""
