from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "tests.sample_system"
    label = "sample"
