"""What is done to a trial: its protocol versions are loaded and opened at sites."""

from trials.operations.protocol import load_protocol, set_site_protocol

__all__ = ["load_protocol", "set_site_protocol"]
