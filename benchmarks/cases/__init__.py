"""Cases: one module for each panel, with the library calls that `benchmark_panels.py` measures."""
