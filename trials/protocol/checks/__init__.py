"""The checks between parts of a protocol file, one module for each kind of mistake."""
