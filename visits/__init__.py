"""Schedule, forms, entries, laboratory values, infusions and reminders."""
