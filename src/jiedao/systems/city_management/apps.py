from django.apps import AppConfig


class CityManagementConfig(AppConfig):
    name = "jiedao.systems.city_management"
    label = "city_management"
