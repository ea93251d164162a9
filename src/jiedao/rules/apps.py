from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "jiedao.rules"
    label = "rules"
    verbose_name = "规则 Rules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings

        from jiedao.rules import store

        store.set_home(settings.OPTIONS.city)
