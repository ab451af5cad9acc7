"""Pages of adverse events: those of a participant, one of them, and those of a trial."""
