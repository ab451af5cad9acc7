"""Adverse events, their grades, seriousness and review."""
