"""Shapes of who may see a patient, and of what patients decide."""

from rest_framework import serializers

from patients.models import (
    BreakGlass,
    CareTeamMember,
    Consent,
    Contact,
    Correction,
    Proxy,
    Purpose,
    Visibility,
)


class MemberInput(serializers.Serializer[object]):
    user_id = serializers.UUIDField()
    part = serializers.ChoiceField(CareTeamMember.Part.choices, default="treats")
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)


class MemberEndInput(serializers.Serializer[object]):
    user_id = serializers.UUIDField()
    part = serializers.ChoiceField(CareTeamMember.Part.choices, required=False)


class MemberOutput(serializers.Serializer[object]):
    user_id = serializers.UUIDField()
    name = serializers.CharField(source="user.display_name")
    part = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)


class TeamOutput(serializers.Serializer[object]):
    items = MemberOutput(many=True)


class HandOverInput(serializers.Serializer[object]):
    patient_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=500
    )
    from_id = serializers.UUIDField()
    to_id = serializers.UUIDField()


class CoverInput(serializers.Serializer[object]):
    colleague_id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class CountOutput(serializers.Serializer[object]):
    patients = serializers.IntegerField()


class GlassInput(serializers.Serializer[object]):
    name_or_number = serializers.CharField(max_length=201)
    date_of_birth = serializers.DateField()
    reason = serializers.CharField(max_length=2000)


class GlassOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    name = serializers.CharField(source="user.display_name")
    reason = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    outcome = serializers.CharField()
    reviewed_at = serializers.DateTimeField(allow_null=True)


class GlassesOutput(serializers.Serializer[object]):
    items = GlassOutput(many=True)


class ReviewInput(serializers.Serializer[object]):
    outcome = serializers.ChoiceField(BreakGlass.Outcome.choices)
    note = serializers.CharField(max_length=2000)


class ConsentInput(serializers.Serializer[object]):
    purpose = serializers.ChoiceField(Purpose.choices)
    given = serializers.BooleanField()
    source = serializers.ChoiceField(Consent.Source.choices)  # type: ignore[assignment]
    text_version = serializers.CharField(max_length=20, required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class ConsentOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    purpose = serializers.CharField()
    given = serializers.BooleanField()
    decided_at = serializers.DateTimeField()
    source = serializers.CharField()  # type: ignore[assignment]
    text_version = serializers.CharField()
    recorded_by = serializers.UUIDField()


class ConsentsOutput(serializers.Serializer[object]):
    given = serializers.ListField(child=serializers.CharField(), help_text="Agreed to now.")
    items = ConsentOutput(many=True, help_text="Every decision, the newest first.")


class OwnAccountInput(serializers.Serializer[object]):
    email = serializers.EmailField(help_text="Of an account whose role is patient.")


class OwnAccountOutput(serializers.Serializer[object]):
    user_id = serializers.UUIDField(allow_null=True)


class ProxyInput(serializers.Serializer[object]):
    user_id = serializers.UUIDField()
    basis = serializers.ChoiceField(Proxy.Basis.choices)
    parts = serializers.ListField(
        child=serializers.ChoiceField(Proxy.Part.choices), min_length=1
    )
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)


class ProxyOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    name = serializers.CharField(source="user.display_name")
    basis = serializers.CharField()
    parts = serializers.ListField(child=serializers.CharField())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)


class ProxiesOutput(serializers.Serializer[object]):
    items = ProxyOutput(many=True)


class ContactInput(serializers.Serializer[object]):
    relationship = serializers.ChoiceField(Contact.Relationship.choices)
    name = serializers.CharField(max_length=200)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    address = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class ContactOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    relationship = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    address = serializers.CharField()


class ContactsOutput(serializers.Serializer[object]):
    items = ContactOutput(many=True)


class IdentifierInput(serializers.Serializer[object]):
    system = serializers.CharField(max_length=200, help_text="URI of the register.")
    value = serializers.CharField(max_length=60)


class IdentifierOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    system = serializers.CharField()
    value = serializers.CharField()


class IdentifiersOutput(serializers.Serializer[object]):
    items = IdentifierOutput(many=True)


class CorrectionRequestInput(serializers.Serializer[object]):
    statement = serializers.CharField(max_length=5000)
    item_kind = serializers.CharField(max_length=40, required=False, allow_blank=True)
    item_id = serializers.UUIDField(required=False, allow_null=True)


class CorrectionAnswer(serializers.Serializer[object]):
    state = serializers.ChoiceField([("accepted", "accepted"), ("refused", "refused")])
    answer = serializers.CharField(max_length=5000)


class CorrectionOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    item_kind = serializers.CharField()
    item_id = serializers.UUIDField(allow_null=True)
    statement = serializers.CharField()
    state = serializers.ChoiceField(Correction.State.choices)
    answer = serializers.CharField()
    asked_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class CorrectionsOutput(serializers.Serializer[object]):
    items = CorrectionOutput(many=True)


class MergeInput(serializers.Serializer[object]):
    merged_id = serializers.UUIDField()


class AliasOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    merged_id = serializers.UUIDField()
    undone_at = serializers.DateTimeField(allow_null=True)


class AliasesOutput(serializers.Serializer[object]):
    items = AliasOutput(many=True)


class VisibilityInput(serializers.Serializer[object]):
    kind = serializers.CharField(max_length=40)
    item_id = serializers.UUIDField()
    visibility = serializers.ChoiceField(Visibility.choices)


class VisibilityOutput(serializers.Serializer[object]):
    before = serializers.CharField()
    after = serializers.CharField()


class AccessOutput(serializers.Serializer[object]):
    day = serializers.DateField()
    name = serializers.CharField()
    role = serializers.CharField()
    acts = serializers.DictField(child=serializers.IntegerField())
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    emergency = serializers.BooleanField(help_text="Behind broken glass.")
    purpose = serializers.CharField(help_text="A code of HL7's v3-ActReason.")
    purpose_words = serializers.CharField()
    refused = serializers.IntegerField(help_text="How many of the tries were refused.")


class AccessesOutput(serializers.Serializer[object]):
    items = AccessOutput(many=True)
