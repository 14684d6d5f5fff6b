"""Holds Impasto's training: generators, losses, the loop and the export."""
