"""The protocol file: its schema, how it is read and checked, compared and shown. No Django here."""

from trials.protocol.load import LoadedProtocol, load_file, load_text
from trials.protocol.problem import Problem, ProtocolError
from trials.protocol.schema.protocol import Protocol

__all__ = ["LoadedProtocol", "Problem", "Protocol", "ProtocolError", "load_file", "load_text"]
