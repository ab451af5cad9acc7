from django.apps import AppConfig


class Extracts(AppConfig):
    """Taking data out of a trial, on record."""

    name = "edc.extracts"
    label = "extracts"
    verbose_name = "Extracts"
