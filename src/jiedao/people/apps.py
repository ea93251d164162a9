from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class PeopleConfig(AppConfig):
    name = "jiedao.people"
    label = "people"

    def ready(self) -> None:
        from jiedao.jobs import schedule
        from jiedao.people import stamp, tasks

        for model in ("Unit", "Responsibility"):
            for signal in (post_save, post_delete):
                signal.connect(stamp.touch, sender=self.get_model(model), dispatch_uid=f"people-stamp-{model}")
        schedule.daily("people.purge", tasks.purge, "03:50")
