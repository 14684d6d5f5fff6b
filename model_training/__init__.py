"""Holds Impasto's training: generators, losses, the loop and the export that writes `onnx_models/`."""
