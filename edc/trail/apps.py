from django.apps import AppConfig


class Trail(AppConfig):
    """Pages and downloads over the audit trail."""

    name = "edc.trail"
    label = "trail"
    verbose_name = "Trail"
