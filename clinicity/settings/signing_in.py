"""Settings of sign-ins, sessions, tokens and what pages allow a browser to do."""

from datetime import timedelta
from secrets import token_urlsafe

from csp.constants import NONCE, NONE, SELF

from clinicity.environment import load
from clinicity.settings.secrets import oidc_origins

env = load()

JWT_SECRET_KEY = env.str("JWT_SECRET_KEY", default=token_urlsafe(32))
# A sign-in ends after so long without a request, and after so long in any case.
SIGN_IN_IDLE_SECONDS = env.int("SIGN_IN_IDLE_SECONDS", default=30 * 60)
SIGN_IN_ABSOLUTE_SECONDS = env.int("SIGN_IN_ABSOLUTE_SECONDS", default=12 * 3600)
SIMPLE_JWT = {
    "SIGNING_KEY": JWT_SECRET_KEY,
    "ALGORITHM": "HS256",
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    # Each refresh token ends when its sign-in has been idle for too long.
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=SIGN_IN_IDLE_SECONDS),
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "sub",
}

# How old the last proof of who one is may be before a dangerous act asks for another.
STEP_UP_SECONDS = env.int("STEP_UP_SECONDS", default=300)
# The domain that passkeys belong to; without it, the host of the request.
WEBAUTHN_RP_ID = env.str("WEBAUTHN_RP_ID", default="")
# django-allauth's parts work beneath our own pages: see clinicity/accounts/adapters.py.
ACCOUNT_ADAPTER = "clinicity.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "clinicity.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Clinicity"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 12
SOCIALACCOUNT_ADAPTER = "clinicity.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
# One OpenID Connect provider; without a server there is none.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")
# An unknown person is made an account of this role; without it they are refused.
OIDC_CREATE_ROLE = env.str("OIDC_CREATE_ROLE", default="")
# Whether a verified e-mail address links to the account that has it.
OIDC_LINK_BY_EMAIL = env.bool("OIDC_LINK_BY_EMAIL", default=False)
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL, "fetch_userinfo": False},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}
SESSION_COOKIE_AGE = SIGN_IN_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # A browser follows no form to elsewhere, not even by a redirect.
        "form-action": [SELF, *oidc_origins(OIDC_SERVER_URL)],
    }
}
