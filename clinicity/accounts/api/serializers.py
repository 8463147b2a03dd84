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


class StepUpInput(serializers.Serializer[object]):
    password = serializers.CharField(trim_whitespace=False, max_length=256)


class AccessOutput(serializers.Serializer[object]):
    access = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds until the access token ends.")


class MeOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    display_name = serializers.CharField()
    role = serializers.CharField()
