from biometrics.api.views import devices, events, export, measurements, readings
from clinicity.common.routes import route

urlpatterns = [
    route("biometric-events/", events.EventsView, name="biometric-events"),
    route("biometric-events/receipts/<uuid:batch_id>/", events.ReceiptView, name="receipt"),
    route("biometrics/series/", measurements.SeriesView, name="series"),
    route("biometrics/rollups/", measurements.RollupsView, name="readings-rollups"),
    route("biometrics/samples/", measurements.SamplesView, name="readings-samples"),
    route("biometrics/coverage/", measurements.CoverageView, name="readings-coverage"),
    route("biometrics/compare/", measurements.CompareView, name="readings-compare"),
    route("biometrics/metrics/", measurements.MetricsView, name="readings-metrics"),
    route("biometrics/export/", export.ExportView, name="readings-export"),
    route("analytics/aggregated/", readings.AggregatedView, name="aggregated"),
    route("devices/", devices.DevicesView, name="devices"),
]
