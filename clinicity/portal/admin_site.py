"""Django admin as a part of the product: its name, and the product's own log-in."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib.admin import AdminSite
from django.contrib.auth import logout
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from clinicity.accounts import services
from clinicity.accounts.requests import actor_of

UNSHOWN = (Group, LogEntry)


class ClinicityAdminSite(AdminSite):
    site_header = _("Clinicity administration")
    site_title = _("Clinicity")
    index_title = _("What the system holds")
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One log-in for all: Django's own form would pass by lockout and audit."""
        return redirect_to_login(request.get_full_path())

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """One way out as well, which is recorded."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        services.sign_out(by=actor_of(request))
        logout(request)
        return redirect("accounts:login")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Django's own form would end no other sign-in."""
        return redirect("accounts:password")

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        """All but Django's groups, since roles are fixed and permissions are code; and but the
        field-level history, which only auditors read, on the trail's own pages."""
        models = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        )
        super().register([model for model in models if model not in UNSHOWN], *args, **options)
