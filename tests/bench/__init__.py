"""`make bench`: the demo that PaiShi replaces and PaiShi itself under the same load, in one run."""
