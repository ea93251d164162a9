from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jiedao.jobs"
    label = "jobs"

    def ready(self) -> None:
        from jiedao.jobs import schedule, tasks

        schedule.daily("jobs.sweep", tasks.sweep, "03:40")
