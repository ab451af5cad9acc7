"""Datasets and the writers of their files."""
