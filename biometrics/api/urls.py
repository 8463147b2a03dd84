from biometrics.api import views
from clinicity.common.routes import route

urlpatterns = [
    route("biometric-events/", views.EventsView, name="biometric-events"),
    route("biometric-events/receipts/<uuid:batch_id>/", views.ReceiptView, name="receipt"),
    route("biometrics/series/", views.SeriesView, name="series"),
    route("analytics/aggregated/", views.AggregatedView, name="aggregated"),
    route("devices/", views.DevicesView, name="devices"),
]
