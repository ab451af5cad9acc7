from django.apps import AppConfig


class Access(AppConfig):
    """Who may: users, memberships, roles, scope, and the one door to every write."""

    name = "edc.access"
    label = "access"
    verbose_name = "Access"
