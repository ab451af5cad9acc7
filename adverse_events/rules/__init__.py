"""What a report says of an adverse event, by the protocol's own definitions."""
