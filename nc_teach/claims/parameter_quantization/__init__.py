"""Chapter 4, parameter quantization: each paper's claim as an experiment with its controls.

Han et al. (2016) on Deep Compression; Courbariaux et al. (2015, 2016) on binary weights and binary
activations; Rastegari et al. (2016) on XNOR-Net.
"""

from nc_teach.claims.claim import overview, shipped

CLAIMS = ()

__all__ = ["CLAIMS", "overview", "shipped"]
