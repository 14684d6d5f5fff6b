"""Holds the shading: light made of an effect's physical channels, by formulas, without a network.

The formulas work pixel by pixel. What needs a pixel's neighbours is worked out before as layers of
its own and written beside the picture, so that Nuke's Expressions can do all the rest.
"""
