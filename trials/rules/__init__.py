"""Rules of a trial in pure Python: expressions, partial dates, the calendar. No database is known here."""
