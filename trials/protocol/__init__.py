"""The protocol file: its schema, how it is read and checked, compared and shown. No Django here."""

from trials.protocol.diff import Change, diff
from trials.protocol.load import LoadedProtocol, load_file, load_text
from trials.protocol.names import eligibility_names, form_names, item_type
from trials.protocol.problem import Problem, ProtocolError
from trials.protocol.published import json_schema
from trials.protocol.schema.protocol import Protocol
from trials.protocol.words import show

__all__ = [
    "Change",
    "LoadedProtocol",
    "Problem",
    "Protocol",
    "ProtocolError",
    "diff",
    "eligibility_names",
    "form_names",
    "item_type",
    "json_schema",
    "load_file",
    "load_text",
    "show",
]
