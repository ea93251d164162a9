"""Addresses of the room: coming in, /me/, and the staff pages at /desk/people/."""

from __future__ import annotations

from django.urls import path

from jiedao.people import desk, me, oidc, pages

app_name = "people"

urlpatterns = [
    path("sign-in/", pages.sign_in, name="sign_in"),
    path("sign-in/code/", pages.code, name="code"),
    path("sign-in/office/", oidc.Start.as_view(), name="oidc_start"),
    path("sign-in/office/back/", oidc.Callback.as_view(), name="oidc_callback"),
    path("sign-out/", pages.sign_out, name="sign_out"),
    path("register/", pages.register, name="register"),
    path("me/", me.account, name="me"),
    path("me/edit/", me.edit, name="edit"),
    path("me/password/", me.password, name="password"),
    path("me/second-factor/", me.second_factor, name="totp"),
    path("me/readings/", me.readings, name="readings"),
    path("me/consents/", me.consent, name="consents"),
    path("me/export/", me.download, name="export"),
    path("me/erase/", me.erase, name="erase"),
    path("desk/people/", desk.users, name="users"),
    path("desk/people/new/", desk.new_user, name="new_user"),
    path("desk/people/user/<int:pk>/", desk.user, name="user"),
    path("desk/people/units/", desk.unit_tree, name="units"),
    path("desk/people/units/new/", desk.new_unit, name="new_unit"),
    path("desk/people/unit/<int:pk>/", desk.unit, name="unit"),
    path("desk/people/responsibilities/", desk.responsibilities, name="responsibilities"),
    path("desk/people/responsibilities/new/", desk.new_responsibility, name="new_responsibility"),
    path("desk/people/changes/", desk.changes, name="changes"),
]
