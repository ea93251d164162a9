from django.apps import AppConfig


class VoiceConfig(AppConfig):
    name = "jiedao.voice"
    label = "voice"
