"""A small town on loopback: servers that answer like the real sites, with pages of our own making.

Shares nothing with the watching parts but :mod:`core`, so that an error in their reading is not repeated here.
"""
