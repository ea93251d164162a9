from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class PeopleConfig(AppConfig):
    name = "jiedao.people"
    label = "people"

    def ready(self) -> None:
        from jiedao.people import stamp

        for model in ("Unit", "Responsibility"):
            for signal in (post_save, post_delete):
                signal.connect(stamp.touch, sender=self.get_model(model), dispatch_uid=f"people-stamp-{model}")
