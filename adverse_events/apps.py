from django.apps import AppConfig


class AdverseEvents(AppConfig):
    """Adverse events, their grades, seriousness and review."""

    name = "adverse_events"
    label = "adverse_events"
    verbose_name = "Adverse events"
