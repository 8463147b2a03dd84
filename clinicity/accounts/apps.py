from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "clinicity.accounts"
    label = "accounts"
