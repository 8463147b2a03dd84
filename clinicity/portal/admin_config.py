from django.contrib.admin.apps import SimpleAdminConfig


class ClinicityAdminConfig(SimpleAdminConfig):
    """Django admin under the product's name and style."""
