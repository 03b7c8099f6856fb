"""Parameter quantization (參數量化): fewer bits for every weight, down to one.

Uniform quantization rounds weights to a grid, clustering lets several share one value, Huffman
coding gives short codes to what is frequent, and Deep Compression puts pruning and the three into
one file.
"""

__all__: list[str] = []
