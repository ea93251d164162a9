from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jiedao.jobs"
    label = "jobs"
