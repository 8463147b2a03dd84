"""Shapes of questionnaires over the API."""

from rest_framework import serializers

from patients import instruments

CODES = sorted(instruments.INSTRUMENTS)


class SourceOutput(serializers.Serializer[object]):
    text = serializers.CharField()
    doi = serializers.CharField()


class QuestionOutput(serializers.Serializer[object]):
    link = serializers.CharField()
    number = serializers.IntegerField()
    loinc = serializers.CharField()
    low = serializers.IntegerField()
    high = serializers.IntegerField()
    reverse = serializers.BooleanField()
    scored = serializers.BooleanField()


class DefinitionOutput(serializers.Serializer[object]):
    code = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    rated_by = serializers.CharField()
    loinc = serializers.CharField()
    panel_loinc = serializers.CharField()
    scoring = serializers.CharField()
    higher_is = serializers.CharField()
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField()
    items = QuestionOutput(many=True)
    bands = serializers.ListField(child=serializers.ListField())
    paper = SourceOutput(source="source")
    bands_source = SourceOutput()
    missing_rule = serializers.CharField(source="missing.source")
    licence = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())


class DefinitionsOutput(serializers.Serializer[object]):
    items = DefinitionOutput(many=True)


class AnswersInput(serializers.Serializer[object]):
    """Answers in the order of the items (null where missing), or by linkId in `by_link`."""

    answers = serializers.ListField(
        child=serializers.IntegerField(allow_null=True), required=False, max_length=60
    )
    by_link = serializers.DictField(
        child=serializers.IntegerField(allow_null=True), required=False
    )


class ResponseInput(AnswersInput):
    instrument = serializers.ChoiceField(choices=CODES)
    answered_at = serializers.DateTimeField(required=False)
    language = serializers.CharField(required=False, allow_blank=True, max_length=20)
    wording_version = serializers.IntegerField(required=False, min_value=0)
    request = serializers.UUIDField(required=False)


class AnswersAmendInput(AnswersInput):
    reason = serializers.CharField(max_length=300)
    answered_at = serializers.DateTimeField(required=False)


class ReasonInput(serializers.Serializer[object]):
    reason = serializers.CharField(max_length=300)


class SubscoreOutput(serializers.Serializer[object]):
    code = serializers.CharField()
    name = serializers.CharField()
    score = serializers.IntegerField(allow_null=True)


class AssessmentOutput(serializers.Serializer[object]):
    band = serializers.CharField()
    level = serializers.CharField()
    at_least = serializers.BooleanField()
    prorated = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.CharField())
    subscores = SubscoreOutput(many=True)
    positive = serializers.BooleanField(allow_null=True)
    screen = serializers.CharField()
    self_harm = serializers.ListField(child=serializers.CharField())


class ResponseOutput(serializers.Serializer[object]):
    """`score` is null where `no_score_reason` says why."""

    id = serializers.UUIDField()
    instrument = serializers.CharField()
    answers = serializers.ListField(child=serializers.IntegerField(allow_null=True))
    score = serializers.FloatField(allow_null=True)
    no_score_reason = serializers.CharField(allow_null=True)
    assessment = AssessmentOutput()
    answered_at = serializers.DateTimeField()
    recorded_by = serializers.UUIDField()
    mode = serializers.CharField()
    language = serializers.CharField()
    wording_version = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()
    corrects = serializers.UUIDField(source="corrects_id", allow_null=True)
    reason = serializers.CharField(allow_null=True)
    superseded_at = serializers.DateTimeField(allow_null=True)
    error_at = serializers.DateTimeField(allow_null=True)
    error_reason = serializers.CharField(allow_null=True)


class ScoredOutput(serializers.Serializer[object]):
    at = serializers.DateTimeField()
    total = serializers.FloatField()


class ChangeOutput(serializers.Serializer[object]):
    """Jacobson & Truax's reliable-change index, with what it was worked out from."""

    first = ScoredOutput()
    last = ScoredOutput()
    n = serializers.IntegerField()
    points = serializers.FloatField()
    verdict = serializers.ChoiceField(
        choices=["improved", "deteriorated", "unchanged", "unknown"]
    )
    rci = serializers.FloatField(allow_null=True)
    sem = serializers.FloatField(allow_null=True)
    least_reliable = serializers.FloatField(allow_null=True)
    important = serializers.BooleanField(allow_null=True)
    recovered = serializers.BooleanField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    sources = SourceOutput(many=True)


class CourseOutput(serializers.Serializer[object]):
    instrument = serializers.CharField(source="instrument.code")
    change = ChangeOutput(allow_null=True)
    since_last = ChangeOutput(allow_null=True)


class ResponsesOutput(serializers.Serializer[object]):
    items = ResponseOutput(many=True)
    courses = CourseOutput(many=True)


class ResponsesQuery(serializers.Serializer[object]):
    instrument = serializers.ChoiceField(choices=CODES, required=False)


class AssignInput(serializers.Serializer[object]):
    instrument = serializers.ChoiceField(choices=CODES)
    starts_at = serializers.DateTimeField(required=False)
    every_days = serializers.IntegerField(required=False, min_value=1, max_value=366)
    until = serializers.DateTimeField(required=False)


class ScheduleOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    instrument = serializers.CharField()
    starts_at = serializers.DateTimeField()
    every_days = serializers.IntegerField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class RequestOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    schedule = serializers.UUIDField(source="schedule_id")
    instrument = serializers.CharField()
    due_at = serializers.DateTimeField()
    state = serializers.CharField()
    response = serializers.UUIDField(source="response_id", allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class RequestsOutput(serializers.Serializer[object]):
    items = RequestOutput(many=True)
    schedules = ScheduleOutput(many=True)


class LinkOutput(serializers.Serializer[object]):
    """`token` is told this once."""

    token = serializers.CharField()
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class LinkInput(serializers.Serializer[object]):
    token = serializers.CharField(max_length=100)
    date_of_birth = serializers.DateField()
    language = serializers.CharField(
        required=False, default="", max_length=20, allow_blank=True
    )


class LinkAnswersInput(LinkInput, AnswersInput):
    pass


class LinkItemOutput(serializers.Serializer[object]):
    link = serializers.CharField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    optional = serializers.BooleanField()
    choices = serializers.ListField(child=serializers.DictField())


class HelpOutput(serializers.Serializer[object]):
    help_numbers = serializers.ListField(child=serializers.CharField())
    help_hours = serializers.CharField()


class LinkFormOutput(HelpOutput):
    title = serializers.CharField()
    instructions = serializers.CharField()
    language = serializers.CharField()
    wording_version = serializers.IntegerField()
    languages = serializers.ListField(child=serializers.CharField())
    questions = LinkItemOutput(many=True)
    answers = serializers.ListField(child=serializers.IntegerField(allow_null=True))


class LinkSentOutput(HelpOutput):
    """`urgent`: the answers speak of self-harm; show help at once."""

    kept = serializers.CharField()
    urgent = serializers.BooleanField()
