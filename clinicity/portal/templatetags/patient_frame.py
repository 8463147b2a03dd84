"""`{% patient_frame patient %}`: the banner, the same on every page about a patient.

A tag rather than a context, so that pages of the lower apps can ask for it.
"""

from typing import Any

from django import template

from clinicity.accounts.requests import actor_of
from clinicity.portal.banner import banner_of
from patients.models import Patient

register = template.Library()


@register.inclusion_tag("components/patient_banner.html", takes_context=True)
def patient_frame(context: template.Context, patient: Patient) -> dict[str, Any]:
    request = context["request"]
    return {
        "request": request,
        "demo": context.get("demo"),
        "patient": patient,
        "marks": banner_of(actor_of(request), patient, match=request.resolver_match),
    }
