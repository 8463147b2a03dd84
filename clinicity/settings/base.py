"""Settings shared by every environment. Names follow `.env.example`."""

from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import django_stubs_ext
from cryptography.fernet import Fernet

from clinicity.environment import ROOT, load, var_dir
from clinicity.settings.signing_in import *  # noqa: F403

# Lets `ModelAdmin[Patient]` and its like stand in class bodies at run time.
django_stubs_ext.monkeypatch()
env = load()

BASE_DIR = ROOT
VAR_DIR = var_dir()
ENVIRONMENT = env.str("ENVIRONMENT", default="local")
DEBUG = env.bool("DEBUG", default=False)
# Without the stack's secrets each process gets a key of its own, enough for tools
# that only load the settings. Production demands a real one.
SECRET_KEY = env.str("SECRET_KEY", default=token_urlsafe(32))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

ENCRYPTION_KEY = env.str("ENCRYPTION_KEY", default="")
# How long a process trusts the data keys that it has fetched: after so long at most it seals
# under a patient's new key, and no longer opens what is erased.
KEY_CACHE_SECONDS = env.float("KEY_CACHE_SECONDS", default=60.0)
# How long a data key that seals nothing any more stays openable, for whoever still holds a
# value that was read before.
KEY_GRACE_SECONDS = env.float("KEY_GRACE_SECONDS", default=600.0)
HASH_SECRET = env.str("HASH_SECRET", default="")
# Languages whose words full-text search takes for the same; after a change run
# `manage.py rebuild_search_index`.
SEARCH_LANGUAGES = env.list("SEARCH_LANGUAGES", default=["english", "german"])
AUDIT_SIGNING_KEY = env.str("AUDIT_SIGNING_KEY", default="")
AUDIT_CHECKPOINT_DIR = Path(
    env.str("AUDIT_CHECKPOINT_DIR", default=str(VAR_DIR / "checkpoints"))
)
# How long events stay in the database before `audit_retire` moves them into an archive, and
# log files on the disk. 0 keeps them for ever; HIPAA asks for six years (2192 days).
AUDIT_RETENTION_DAYS = env.int("AUDIT_RETENTION_DAYS", default=0)
LOG_RETENTION_DAYS = env.int("LOG_RETENTION_DAYS", default=0)
# For how many years after the last entry a record must be kept before it may be erased without
# a reason of its own. NHS England's Records Management Code of Practice (2021, updated 2023),
# schedule: mental health records, 20 years.
RECORD_RETENTION_YEARS = env.int("RECORD_RETENTION_YEARS", default=20)
# The published package builds a Fernet crypter on import. Ours replaces it, so it
# gets a key that nobody keeps: anything sealed with it by mistake is unreadable.
FIELD_ENCRYPTION_KEY = Fernet.generate_key().decode()

INSTALLED_APPS = [
    "clinicity.common",
    "clinicity.privacy",
    "clinicity.audit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "clinicity.accounts",
    "clinicity.stack",
    "clinicity.knowledge",
    "clinicity.language",
    "patients",
    "biometrics",
    "documents",
    "twins",
    "alerts",
    "agents",
    "clinicity.portal",
    "clinicity.demo",
    "clinicity.workbench",
    "clinicity.portal.admin_config.ClinicityAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "auditlog",
    "channels",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "clinicity.stack.metrics.MeasureRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinicity.common.middleware.RequestIdMiddleware",
    "clinicity.audit.middleware.ReadsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinicity.accounts.cant_open.SayWhatCantBeOpened",
    "clinicity.accounts.middleware.SessionLimitsMiddleware",
    "clinicity.accounts.ratelimits.RateLimitsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "clinicity.accounts.middleware.OwnPagesMiddleware",
    "clinicity.accounts.middleware.ActingAsInAdminMiddleware",
    "clinicity.common.middleware.RefusalPageMiddleware",
]

ROOT_URLCONF = "clinicity.urls"
ASGI_APPLICATION = "clinicity.asgi.application"
# Routes accept a path with and without its last slash, so a POST never loses its body.
APPEND_SLASH = False
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "portal:root"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "display_name"), "max_similarity": 0.7},
    },
    {"NAME": "clinicity.accounts.passwords.NotOfThisHouse"},
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "clinicity.portal.context.frame",
            ],
        },
    }
]

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = VAR_DIR / "static"
# Browser libraries arrive by `npm ci` from the lock file and are served from there.
STATICFILES_DIRS = [
    ROOT / "static",
    *(
        [("npm/uplot", ROOT / "node_modules/uplot/dist")]
        if (ROOT / "node_modules").exists()
        else []
    ),
]
MEDIA_ROOT = VAR_DIR / "files"

LANGUAGE_CODE = "en-gb"
# Only languages with a whole catalogue in `locale/`: a page is never half translated.
LANGUAGES = [("en-gb", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [ROOT / "locale"]

# Three roles hold one database: `app` serves (neither owner nor bypassing row
# security), `owner` migrates and backs up, `sealer` chains the audit trail.
DATABASES: dict[str, Any] = {
    "default": env.db("DATABASE_URL", default="postgres://clinicity_app@127.0.0.1/clinicity"),
    "owner": env.db(
        "DATABASE_OWNER_URL", default="postgres://clinicity_owner@127.0.0.1/clinicity"
    ),
    "sealer": env.db(
        "DATABASE_SEALER_URL", default="postgres://clinicity_sealer@127.0.0.1/clinicity"
    ),
}
for _database in DATABASES.values():
    _database["ENGINE"] = "django.db.backends.postgresql"
    _database["CONN_HEALTH_CHECKS"] = True
# The door prepares its statements. Turn off behind a pooler that can't keep them
# (PgBouncer before 1.21 in transaction mode).
DATABASE_PREPARES = env.bool("DATABASE_PREPARES", default=True)
DATABASE_ROUTERS = ["clinicity.common.router.OwnerMigrates"]

REDIS_URL = env.str(
    "REDIS_URL",
    default=f"redis://{env.str('REDIS_HOST', default='127.0.0.1')}:{env.int('REDIS_PORT', default=6379)}/0",
)
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "clinicity",
    }
}
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "clinicity"},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "fast"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# What a task prints would be logged word for word.
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "clinicity.common.tasks.sweep", "schedule": 5.0},
    "keep-audit": {"task": "clinicity.audit.tasks.keep", "schedule": 86_400.0},
    "seal-audit": {"task": "clinicity.audit.tasks.seal", "schedule": 10.0},
    "watch-access": {"task": "clinicity.audit.tasks.watch", "schedule": 300.0},
    "forget-sign-ins": {
        "task": "clinicity.accounts.tasks.forget_sign_ins",
        "schedule": 86_400.0,
    },
    "sweep-imports": {"task": "biometrics.tasks.sweep_imports", "schedule": 300.0},
    "questionnaires-due": {"task": "patients.tasks.questionnaires_due", "schedule": 300.0},
    "wake-snoozed": {"task": "alerts.tasks.wake_snoozed", "schedule": 60.0},
}

# Questionnaires: how long a link to one opens it, and after how many days it is overdue.
QUESTIONNAIRE_LINK_HOURS = env.int("QUESTIONNAIRE_LINK_HOURS", default=72)
QUESTIONNAIRE_OVERDUE_DAYS = env.int("QUESTIONNAIRE_OVERDUE_DAYS", default=3)
# Whom patients can call, and when someone reads what they send: each page for them says it.
HELP_NUMBERS = env.list("HELP_NUMBERS", default=[])
HELP_HOURS = env.str("HELP_HOURS", default="")

MILVUS_HOST = env.str("MILVUS_HOST", default="127.0.0.1")
MILVUS_PORT = env.int("MILVUS_PORT", default=19530)
MILVUS_URI = env.str("MILVUS_URI", default="") or f"http://{MILVUS_HOST}:{MILVUS_PORT}"
# Collections of several installations can share one Milvus.
MILVUS_PREFIX = env.str("MILVUS_PREFIX", default="clinicity_")
NEO4J_URI = env.str("NEO4J_URI", default="")
NEO4J_USER = env.str("NEO4J_USER", default="neo4j")
NEO4J_PASSWORD = env.str("NEO4J_PASSWORD", default="")
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="")
OPENAI_MODEL_CHAT = env.str("OPENAI_MODEL_CHAT", default="")
OPENAI_MODEL_EMBEDDING = env.str("OPENAI_MODEL_EMBEDDING", default="")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "clinicity.accounts.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "clinicity.accounts.api.schema.OperationNames",
    "EXCEPTION_HANDLER": "clinicity.common.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinicity API",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["clinicity.accounts.api.schema.only_the_api"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "clinicity.accounts.api.schema.refusals_described",
    ],
    # Several fields are called `kind` or `status`: each choice gets a name of its own.
    "ENUM_NAME_OVERRIDES": {
        "DeviceKindEnum": "biometrics.models.Device.Kind",
        "RemovalKindEnum": "patients.models.Removal.Kind",
        "RuleKindEnum": "alerts.rules.kinds.KINDS",
        "VisitWordEnum": "patients.api.clinical_serializers.STATUSES",
        "VisitStatusEnum": "patients.models.Encounter.Status",
        "MedicationStatusEnum": "patients.models.Medication.Status",
        "DoseStatusEnum": "patients.models.MedicationDose.Status",
    },
}
# How long an emergency access lasts, and at what age a parent's part ends.
BREAK_GLASS_MINUTES = env.int("BREAK_GLASS_MINUTES", default=60)
AGE_OF_MAJORITY = env.int("AGE_OF_MAJORITY", default=18)

# One upload is at most this large; the door streams and never relies on it.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=50 * 1024 * 1024)
# A file to be imported arrives in parts, so it may be larger.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=20 * 1024**3)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# With room for the form around a file. What is in memory never gets a plain copy on disk.
REQUEST_MAX_BYTES = UPLOAD_MAX_BYTES + 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = REQUEST_MAX_BYTES

AUDITLOG_MASK_CALLABLE = "clinicity.privacy.masks.constant"
AUDITLOG_DISABLE_REMOTE_ADDR = True
# An entry of the field-level history carries the id of its request, as the trail does.
AUDITLOG_CID_GETTER = "clinicity.audit.history.cid"
# Of accounts; every model of a patient registers itself (`clinicity/audit/history.py`).
AUDITLOG_INCLUDE_TRACKING_MODELS = (
    {
        "model": "accounts.User",
        "mask_fields": ["email", "display_name", "password"],
        "exclude_fields": ["email_index", "last_login"],
    },
)  # fmt: skip
RATE_LIMITING_ENABLED = env.bool("RATE_LIMITING_ENABLED", default=True)
# Requests a minute of one user by class, where the table in ratelimits.py doesn't fit:
# `read=6000,export=60`.
RATE_LIMITS = {name: int(most) for name, most in env.dict("RATE_LIMITS", default={}).items()}
PHI_SANITIZATION_ENABLED = env.bool("PHI_SANITIZATION_ENABLED", default=True)
CLINICITY_DATA_DIR = env.str("CLINICITY_DATA_DIR", default=str(ROOT.parent / "shared" / "data"))

# Without a token, /metrics answers the same machine only.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "clinicity.privacy.logs.ScrubFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "{asctime}{levelname}{name}{message}",
            "style": "{",
        },
        "text": {"format": "{asctime} {levelname:7} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["scrub"],
            "formatter": LOG_FORMAT,
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Handlers of their own would pass the filter by: Django's console and its mail to admins,
    # those of the web server and of the workers.
    "loggers": {
        name: {"handlers": [], "propagate": True}
        for name in (
            "django",
            "django.server",
            "uvicorn",
            "uvicorn.error",
            "uvicorn.access",
            "uvicorn.asgi",
            "celery",
            "celery.task",
            "celery.redirected",
            "daphne",
            "auditlog",
        )
    },
}
