from biometrics.api.views import devices, events, readings
from clinicity.common.routes import route

urlpatterns = [
    route("biometric-events/", events.EventsView, name="biometric-events"),
    route("biometric-events/receipts/<uuid:batch_id>/", events.ReceiptView, name="receipt"),
    route("biometrics/series/", readings.SeriesView, name="series"),
    route("analytics/aggregated/", readings.AggregatedView, name="aggregated"),
    route("devices/", devices.DevicesView, name="devices"),
    route("devices/pair/", devices.PairView, name="device-pair"),
    route("devices/precedence/", devices.PrecedenceView, name="device-precedence"),
    route("devices/<uuid:device_id>/", devices.DeviceView, name="device"),
    route(
        "devices/<uuid:device_id>/pairing-code/", devices.PairingCodeView, name="pairing-code"
    ),
    route("devices/<uuid:device_id>/revoke/", devices.RevocationView, name="device-revoke"),
]
