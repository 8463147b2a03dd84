"""Operations: at the root, with and without the last slash."""

from clinicity.common.routes import route
from clinicity.stack import views

urlpatterns = [
    route("health/", views.ready, name="health"),
    route("health/live/", views.live, name="health-live"),
    route("health/ready/", views.ready, name="health-ready"),
    route("metrics/", views.prometheus, name="metrics"),
]
