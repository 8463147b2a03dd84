from django.urls import path

from clinicity.accounts.views import oidc, security, signing_in

app_name = "accounts"
urlpatterns = [
    path("login/", signing_in.sign_in, name="login"),
    path("second-factor/", signing_in.second_factor, name="second-factor"),
    path("oidc/", oidc.start, name="oidc"),
    path("oidc/callback/", oidc.callback, name="oidc-callback"),
    path("step-up/", signing_in.step_up, name="step-up"),
    path("logout/", signing_in.sign_out, name="logout"),
    path("security/", security.security, name="security"),
    path("security/password/", security.password_change, name="password"),
    path("security/app/", security.totp_add, name="totp-add"),
    path("security/app/remove/", security.totp_remove, name="totp-remove"),
    path("security/codes/", security.recovery_codes_make, name="recovery-codes"),
    path("security/passkeys/", security.passkey_add, name="passkey-add"),
    path(
        "security/passkeys/<int:passkey_id>/remove/", security.passkey_remove,
        name="passkey-remove",
    ),
    path("sessions/", security.signed_in, name="sessions"),
    path("sessions/end/", security.sessions_end, name="sessions-end"),
    path("sessions/<str:id>/end/", security.session_end, name="session-end"),
]  # fmt: skip
