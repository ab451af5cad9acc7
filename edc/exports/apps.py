from django.apps import AppConfig


class Exports(AppConfig):
    """Datasets and the writers of their files."""

    name = "edc.exports"
    label = "exports"
    verbose_name = "Exports"
