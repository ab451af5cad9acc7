"""Addresses of the pages of a trial. The project adds those that need visits: the trial's home, and screening."""

from django.urls import path

from trials.views import home, participants, protocol

app_name = "trials"
urlpatterns = [
    path("", home.home, name="home"),
    path("trials/<str:code>/protocol/", protocol.protocol, name="protocol"),
    path("trials/<str:code>/participants/", participants.participants, name="participants"),
]
