"""`{% patient_frame patient %}`: the banner, the same on every page about a patient.

A tag rather than a context, so that pages of the lower apps can ask for it.
"""

from typing import Any

from django import template
from django.urls import reverse

from clinicity.accounts.requests import actor_of
from clinicity.portal.presenters import banner_of, url_if_built
from patients.models import Patient

register = template.Library()


@register.inclusion_tag("components/patient_banner.html", takes_context=True)
def patient_frame(context: template.Context, patient: Patient) -> dict[str, Any]:
    return {
        "request": context["request"],
        "demo": context.get("demo"),
        "patient": patient,
        "banner": banner_of(actor_of(context["request"]), patient),
        "edit_url": reverse("patients:edit", args=[patient.id]),
        "chat_url": url_if_built("agents:chat", patient.id),
    }
