from typing import Any

from rest_framework import serializers


class SignInInput(serializers.Serializer[object]):
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, max_length=256)


class RefreshInput(serializers.Serializer[object]):
    refresh = serializers.CharField(max_length=2000)


class TokenPairOutput(serializers.Serializer[object]):
    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds until the access token ends.")


class ChallengeInput(serializers.Serializer[object]):
    challenge = serializers.CharField(max_length=100)


class SecondFactorInput(ChallengeInput):
    code = serializers.CharField(max_length=20, default="", allow_blank=True)
    credential = serializers.DictField(
        required=False, help_text="What the passkey signed, as WebAuthn's JSON."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["code"] and not attrs.get("credential"):
            raise serializers.ValidationError("Send a code or a credential.")
        return attrs


class PasskeyOptionsOutput(serializers.Serializer[object]):
    publicKey = serializers.DictField(help_text="For `navigator.credentials.get`.")


class StepUpInput(serializers.Serializer[object]):
    password = serializers.CharField(
        trim_whitespace=False, max_length=256, default="", allow_blank=True
    )
    code = serializers.CharField(max_length=20, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["code"] and not attrs["password"]:
            raise serializers.ValidationError("Send your password or a code.")
        return attrs


class AccessTokenOutput(serializers.Serializer[object]):
    access = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds until the access token ends.")


class MeOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    display_name = serializers.CharField()
    role = serializers.CharField()
