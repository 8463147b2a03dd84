from django.contrib.admin.apps import AdminConfig


class ClinicityAdminConfig(AdminConfig):
    """Django admin under the product's name and style."""

    default_site = "clinicity.portal.admin_site.ClinicityAdminSite"
