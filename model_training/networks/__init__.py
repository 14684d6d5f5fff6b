"""Holds the networks: generators, the discriminator, and the features that losses look through."""
