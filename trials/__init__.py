"""Protocols, sites, arms, subjects and their consent."""
