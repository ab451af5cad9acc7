"""Pages of a participant: matrix, visits, forms, queries, deviations."""
