"""Taking data out of a trial: which datasets there are, the file, and the act that records it."""
