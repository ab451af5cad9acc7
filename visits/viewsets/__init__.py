"""Participants, visits, forms and queries over the API: the queries and operations of the pages, one message each."""
