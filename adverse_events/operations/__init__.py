"""Acts on adverse events."""
