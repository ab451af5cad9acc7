from django.apps import AppConfig


class Visits(AppConfig):
    """Schedule, forms, entries, laboratory values, infusions and reminders."""

    name = "visits"
    label = "visits"
    verbose_name = "Visits"
