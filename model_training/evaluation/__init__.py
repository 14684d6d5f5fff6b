"""Holds what is measured on a finished style."""
