"""Shapes of the questions and answers about measurements that are read back."""

from rest_framework import serializers

from biometrics.exports import FORMATS
from biometrics.metrics import METRICS
from biometrics.models import Rollup
from biometrics.selectors.windows import ALGORITHMS, RESOLUTIONS


class RangeQuery(serializers.Serializer[object]):
    """A patient's time: `start` is in it, `end` no more."""

    patient_id = serializers.UUIDField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class WindowQuery(RangeQuery):
    metric = serializers.CharField()
    points = serializers.IntegerField(min_value=2, max_value=10_000, default=1000)
    resolution = serializers.ChoiceField(
        RESOLUTIONS, required=False, help_text="Instead of `points`: nothing is thinned."
    )
    algorithm = serializers.ChoiceField(list(ALGORITHMS), default="minmaxlttb")
    unit = serializers.CharField(
        required=False, help_text="A unit that the metric converts; its own without one."
    )
    device_id = serializers.UUIDField(required=False)
    annotations = serializers.BooleanField(
        default=False, help_text="With the timeline's entries of the window."
    )


class DeviceName(serializers.Serializer[object]):
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class MarkOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    t = serializers.IntegerField(help_text="ms UTC")
    text = serializers.CharField()


class WindowOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(help_text="UCUM")
    unit_text = serializers.CharField()
    resolution = serializers.CharField()
    total = serializers.IntegerField(help_text="Samples in the window before thinning.")
    t = serializers.ListField(child=serializers.IntegerField(), help_text="ms UTC")
    v = serializers.ListField(
        child=serializers.FloatField(allow_null=True), help_text="None where a gap is."
    )
    low = serializers.ListField(child=serializers.FloatField(allow_null=True))
    high = serializers.ListField(child=serializers.FloatField(allow_null=True))
    gaps = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    implausible = serializers.ListField(
        child=serializers.IntegerField(), help_text="Places of doubtful points in `t`."
    )
    devices = DeviceName(many=True)
    device = serializers.ListField(
        child=serializers.IntegerField(allow_null=True),
        help_text="For each point, the place of its device in `devices`.",
    )
    states = serializers.DictField(child=serializers.CharField())
    minutes = serializers.ListField(
        child=serializers.DictField(child=serializers.FloatField()),
        help_text="For metrics of states by hour or day: the minutes in each state.",
    )
    ends = serializers.ListField(
        child=serializers.IntegerField(allow_null=True),
        help_text="For single samples of states: when each ends, ms UTC.",
    )
    annotations = MarkOutput(many=True, required=False)


class RollupsQuery(RangeQuery):
    metric = serializers.CharField()
    period = serializers.ChoiceField(Rollup.Period.choices, default=Rollup.Period.DAY)
    merged = serializers.BooleanField(
        default=True, help_text="One device speaks for each period; false shows them apart."
    )
    device_id = serializers.UUIDField(required=False)
    cursor = serializers.CharField(required=False)
    size = serializers.IntegerField(min_value=1, max_value=1000, default=200)


class PeriodOutput(serializers.Serializer[object]):
    start = serializers.DateTimeField(help_text="In the patient's zone.")
    local_date = serializers.DateField()
    device_id = serializers.UUIDField(allow_null=True)
    count = serializers.IntegerField()
    kind = serializers.CharField(help_text="mean, sum, value or time_in_state")
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    minutes = serializers.DictField(child=serializers.FloatField())
    low = serializers.FloatField()
    high = serializers.FloatField()
    sd = serializers.FloatField(allow_null=True)
    implausible = serializers.IntegerField()
    hours = serializers.IntegerField()
    hours_of_day = serializers.IntegerField()
    coverage = serializers.FloatField(allow_null=True)


class RollupsOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    name = serializers.CharField()
    period = serializers.CharField()
    time_zone = serializers.CharField()
    aggregation = serializers.CharField()
    items = PeriodOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SamplesQuery(RangeQuery):
    metric = serializers.CharField()
    device_id = serializers.UUIDField(required=False)
    cursor = serializers.CharField(required=False)
    size = serializers.IntegerField(min_value=1, max_value=5000, default=500)


class SampleOutput(serializers.Serializer[object]):
    start = serializers.IntegerField(help_text="ms UTC")
    end = serializers.IntegerField(help_text="ms UTC")
    value = serializers.FloatField()
    utc_offset_min = serializers.IntegerField()
    sequence = serializers.IntegerField(allow_null=True)
    device_id = serializers.UUIDField(allow_null=True)
    implausible = serializers.BooleanField()


class SamplesOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    unit = serializers.CharField()
    items = SampleOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CoverageQuery(serializers.Serializer[object]):
    patient_id = serializers.UUIDField()
    last = serializers.DateField(required=False, help_text="Today without one.")
    days = serializers.IntegerField(min_value=1, max_value=366, default=90)
    metrics = serializers.MultipleChoiceField(choices=list(METRICS), required=False)


class DayOutput(serializers.Serializer[object]):
    day = serializers.DateField()
    samples = serializers.IntegerField()
    expected = serializers.IntegerField(allow_null=True)
    hours = serializers.IntegerField()
    hours_of_day = serializers.IntegerField()
    share = serializers.FloatField()
    implausible = serializers.IntegerField()


class GapOutput(serializers.Serializer[object]):
    first = serializers.DateField()
    last = serializers.DateField()
    days = serializers.IntegerField()


class MetricCoverageOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    name = serializers.CharField()
    group = serializers.CharField()
    counted_by = serializers.CharField(help_text="hours, or samples: one covers its day.")
    days_with_data = serializers.IntegerField()
    measured_at = serializers.DateTimeField(allow_null=True)
    longest_gap = GapOutput(allow_null=True)
    current_gap = GapOutput(allow_null=True)
    days = DayOutput(many=True)


class LaneSyncOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    synced_at = serializers.DateTimeField()
    measured_on = serializers.DateField(allow_null=True)


class DeviceSyncOutput(serializers.Serializer[object]):
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    synced_at = serializers.DateTimeField(allow_null=True)
    metrics = LaneSyncOutput(many=True)


class ReadingCoverageOutput(serializers.Serializer[object]):
    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField()
    metrics = MetricCoverageOutput(many=True)
    devices = DeviceSyncOutput(many=True)


class CompareQuery(RangeQuery):
    first = serializers.CharField()
    second = serializers.CharField()
    period = serializers.ChoiceField(Rollup.Period.choices, default=Rollup.Period.DAY)


class SideOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    unit_text = serializers.CharField()
    kind = serializers.CharField()


class AssociationOutput(serializers.Serializer[object]):
    method = serializers.CharField()
    r = serializers.FloatField()
    low = serializers.FloatField(help_text="Of the 95 % interval.")
    high = serializers.FloatField()
    n = serializers.IntegerField()
    effective_n = serializers.FloatField(
        help_text="Independent pairs that as many neighbouring ones are worth."
    )


class CompareOutput(serializers.Serializer[object]):
    period = serializers.CharField()
    first = SideOutput()
    second = SideOutput()
    n = serializers.IntegerField()
    needed = serializers.IntegerField()
    abstained = serializers.CharField(allow_null=True)
    associations = AssociationOutput(many=True)
    sentence = serializers.CharField()
    t = serializers.ListField(child=serializers.IntegerField(), help_text="ms UTC")
    a = serializers.ListField(child=serializers.FloatField())
    b = serializers.ListField(child=serializers.FloatField())


class MetricOutput(serializers.Serializer[object]):
    metric = serializers.CharField()
    name = serializers.CharField()
    group = serializers.CharField()
    unit = serializers.CharField()
    units = serializers.ListField(child=serializers.CharField())
    loinc = serializers.CharField(allow_null=True)
    plausible_low = serializers.FloatField()
    plausible_high = serializers.FloatField()
    aggregation = serializers.CharField()
    lasts_ms = serializers.IntegerField(allow_null=True)
    keys = serializers.ListField(child=serializers.CharField())
    states = serializers.DictField(child=serializers.CharField())


class CatalogueOutput(serializers.Serializer[object]):
    items = MetricOutput(many=True)


class ExportQuery(RangeQuery):
    metrics = serializers.MultipleChoiceField(
        choices=list(METRICS), required=False, help_text="All that the patient has without any."
    )
    format = serializers.ChoiceField(list(FORMATS), default="csv")
