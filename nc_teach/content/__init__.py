"""What the course asks, as content: a folder per chapter with its questions and exercises."""
