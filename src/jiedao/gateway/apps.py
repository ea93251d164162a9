from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "jiedao.gateway"
    label = "gateway"
