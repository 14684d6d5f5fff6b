"""Holds the effects: fire, smoke and water made from a matte, frame by frame, in any order."""
