"""The solvers that make the effects' training data: fire, smoke and water from random mattes."""
