from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "jiedao.city"
    label = "city"
