"""Addresses of the datasets."""

from django.urls import path

from edc.extracts import views

app_name = "extracts"
urlpatterns = [
    path("trials/<str:code>/datasets/", views.datasets, name="datasets"),
]
