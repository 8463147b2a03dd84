from biometrics.api import import_urls
from biometrics.api.views import devices, events, readings
from clinicity.common.routes import route

urlpatterns = [
    route("biometric-events/", events.EventsView, name="biometric-events"),
    route("biometric-events/receipts/<uuid:batch_id>/", events.ReceiptView, name="receipt"),
    route("biometrics/series/", readings.SeriesView, name="series"),
    route("analytics/aggregated/", readings.AggregatedView, name="aggregated"),
    route("devices/", devices.DevicesView, name="devices"),
    *import_urls.urlpatterns,
]
