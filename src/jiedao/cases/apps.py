from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "jiedao.cases"
    label = "cases"

    def ready(self) -> None:
        from jiedao.cases import tasks
        from jiedao.jobs import schedule

        schedule.every("cases.escalate", tasks.escalate, 60)
        schedule.every("cases.resume", tasks.resume, 300)
        schedule.daily("cases.seal", tasks.seal, "00:10")
        schedule.daily("cases.sweep", tasks.sweep, "03:20")
