from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "jiedao.plans"
    label = "plans"
