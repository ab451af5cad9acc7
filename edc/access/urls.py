"""Addresses of the pages about access."""

from django.urls import path

from edc.access import views

app_name = "access"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="new_person"),
    path("people/<uuid:user_id>/", views.person, name="person"),
    path("people/<uuid:user_id>/details/", views.details, name="details"),
    path("people/<uuid:user_id>/role/", views.give, name="give"),
    path("people/<uuid:user_id>/close/", views.close, name="close"),
    path("memberships/<uuid:membership_id>/end/", views.end, name="end"),
    path("trials/<str:code>/", views.trial, name="trial"),
    path("roles/", views.roles, name="roles"),
]
