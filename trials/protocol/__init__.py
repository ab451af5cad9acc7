"""The protocol file: its schema, how it is read and checked, compared and shown. No Django here."""

from trials.protocol.load import LoadedProtocol, load_file, load_text
from trials.protocol.names import eligibility_names, form_names, item_type
from trials.protocol.problem import Problem, ProtocolError
from trials.protocol.schema.protocol import Protocol

__all__ = [
    "LoadedProtocol",
    "Problem",
    "Protocol",
    "ProtocolError",
    "eligibility_names",
    "form_names",
    "item_type",
    "load_file",
    "load_text",
]
