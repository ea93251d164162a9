from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "jiedao.measures"
    label = "measures"
