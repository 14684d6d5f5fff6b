"""Holds what training reads: photos, paintings, their table, and the batches made of them."""
