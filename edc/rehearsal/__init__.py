"""A rehearsal: a whole trial run with synthetic participants, through the same operations as a real one."""
