from biometrics.api import import_urls
from biometrics.api.views import corrections, devices, events, export, measurements, readings
from clinicity.common.routes import route

urlpatterns = [
    route("biometric-events/", events.EventsView, name="biometric-events"),
    route("biometric-events/stream/", events.StreamView, name="stream"),
    route("biometrics/corrections/", corrections.CorrectionsView, name="corrections"),
    route("biometrics/corrections/restore/", corrections.RestoreView, name="restore-readings"),
    route("biometrics/removals/", corrections.RemovalsView, name="removals"),
    route(
        "biometrics/removals/<uuid:removal_id>/lift/",
        corrections.RemovalLiftView,
        name="removal-lift",
    ),
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
    route("devices/pair/", devices.PairView, name="device-pair"),
    route("devices/precedence/", devices.PrecedenceView, name="device-precedence"),
    route("devices/<uuid:device_id>/", devices.DeviceView, name="device"),
    route(
        "devices/<uuid:device_id>/pairing-code/", devices.PairingCodeView, name="pairing-code"
    ),
    route("devices/<uuid:device_id>/revoke/", devices.RevocationView, name="device-revoke"),
    *import_urls.urlpatterns,
]
