"""The parts of a protocol file as pydantic models, one module per chapter of the file."""
