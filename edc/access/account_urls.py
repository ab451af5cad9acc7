"""Logging in and out and choosing a password. The rest of django-allauth is not on the site."""

from allauth.account import views
from django.urls import path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("password/", views.password_change, name="account_change_password"),
    path("confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("closed/", views.account_inactive, name="account_inactive"),
]
