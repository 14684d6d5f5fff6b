"""Holds what is measured on a style: stability under exact motion, locality, grain, richness.

It lives with the worker because what is measured is what ships, painted by the code that renders a
shot: the training measures a model before release, and ``impasto verify`` again, without torch.
"""
