"""Settings of the project: the environment decides what differs between installations, this file the rest.

Modes: `demo` (the default, one machine, nothing else needed), `development` (with debug pages) and `production`.
What the design fixes is verified again by `edc.checks`.
"""

import datetime
import sys

from csp.constants import NONE, SELF
from psycopg import IsolationLevel

import edc
from edc import environment
from edc.logs import logging_configuration

ENVIRONMENT = environment.read()
BASE_DIR = environment.BASE_DIR
VARIABLE_FILES = ENVIRONMENT.variable_files
VARIABLE_FILES.mkdir(parents=True, exist_ok=True)

EDC_RELEASE = edc.__version__
EDC_MODE = ENVIRONMENT.mode
EDC_PUBLIC_URL = ENVIRONMENT.public_url.rstrip("/")
DEBUG = ENVIRONMENT.mode == "development"
SECRET_KEY = ENVIRONMENT.secret_key
# Signs the checkpoints of the audit trail. It lies outside the database, which its owner could otherwise make anew.
EDC_CHECKPOINT_KEY = ENVIRONMENT.checkpoint_key
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts

# --- What it is made of -----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "edc.apps.Edc",
    "edc.audit",
    "edc.access",
    "edc.exports",
    "edc.trail",
    "edc.extracts",
    "trials",
    "visits",
    "adverse_events",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "edc.apps.StaticFiles",
    "django.forms",
    "simple_history",
    "allauth",
    "allauth.account",
    "axes",
    "knox",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_structlog",
]
if ENVIRONMENT.second_factor:
    INSTALLED_APPS += ["allauth.mfa"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "edc.middleware.PrivacyHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "edc.middleware.RequestLog",
    "edc.access.middleware.Acting",
    "django.contrib.messages.middleware.MessageMiddleware",
    "edc.access.sessions.SessionLimits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Last, as axes asks: it turns a locked log-in into its answer.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "edc.urls"
WSGI_APPLICATION = "edc.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database ---------------------------------------------------------------------------------------------------

# Two aliases of one database. `snapshot` is for reading only, and sees one moment from its first read to its last.
DATABASES = {"default": ENVIRONMENT.database, "snapshot": {**ENVIRONMENT.database, "TEST": {"MIRROR": "default"}}}
if ENVIRONMENT.database["ENGINE"] == "django.db.backends.sqlite3":
    # recursive_triggers: without it INSERT OR REPLACE deletes a row behind the back of the DELETE trigger.
    every_connection = "PRAGMA foreign_keys=ON;PRAGMA recursive_triggers=ON;PRAGMA synchronous=FULL;"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": f"PRAGMA journal_mode=WAL;{every_connection}",
    }
    DATABASES["snapshot"]["OPTIONS"] = {
        "transaction_mode": "DEFERRED",
        "timeout": 30,
        "init_command": f"{every_connection}PRAGMA query_only=ON;",
    }
else:
    DATABASES["snapshot"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "isolation_level": IsolationLevel.REPEATABLE_READ,
        "options": "-c default_transaction_read_only=on",
    }
for each in DATABASES.values():
    each["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": ENVIRONMENT.cache | {"KEY_PREFIX": "edc"}}

# --- Language and time ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Who is there -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "edc.access.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# django-axes counts failures, in the database and for all processes. Two counts would give two different answers.
ACCOUNT_RATE_LIMITS = {"login_failed": None}

AXES_FAILURE_LIMIT = ENVIRONMENT.lock_after_failures
AXES_COOLOFF_TIME = datetime.timedelta(minutes=ENVIRONMENT.lock_minutes)
# By account and not by address: all of a hospital comes from one address, and ten slips must not lock them all out.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "edc.access.lockout.account_name"
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # asks for the address; an attacker cannot rotate the name of the account
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_ACCESS_FAILURE_LOG_PER_USER_LIMIT = sys.maxsize  # keep all; with None each failed log-in ends in an error
AXES_LOCKOUT_TEMPLATE = "errors/429.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_IPWARE_PROXY_COUNT = ENVIRONMENT.proxies or None
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if ENVIRONMENT.proxies else ["REMOTE_ADDR"]

EDC_SESSION_IDLE = datetime.timedelta(minutes=ENVIRONMENT.session_idle_minutes)
EDC_SESSION_LIMIT = datetime.timedelta(hours=ENVIRONMENT.session_hours)
EDC_PROXIES = ENVIRONMENT.proxies
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(EDC_SESSION_LIMIT.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Messages may name a participant, so they stay on the server and out of the cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Browser ----------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "edc-session"
CSRF_COOKIE_NAME = "edc-csrf"
if ENVIRONMENT.production:
    # A browser takes a __Host- cookie only over HTTPS and never from a neighbouring host.
    SESSION_COOKIE_NAME = "__Host-edc-session"
    CSRF_COOKIE_NAME = "__Host-edc-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = ENVIRONMENT.https_redirect
    SECURE_REDIRECT_EXEMPT = [r"^health/alive$"]
    SECURE_HSTS_SECONDS = ENVIRONMENT.hsts_seconds
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
if ENVIRONMENT.proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# A panel of laboratory values with units, missing codes and repeating rows has many small fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

STATIC_URL = "/static/"
STATIC_ROOT = VARIABLE_FILES / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = not ENVIRONMENT.production
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["gz", "br", "png", "jpg", "woff", "woff2", "map"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT.production
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}

# --- API --------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "edc.rest.authentication.Tokens",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["edc.rest.parsing.StrictJSON"],
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "edc.rest.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": ENVIRONMENT.anonymous_rate, "user": ENVIRONMENT.api_rate},
    "NUM_PROXIES": ENVIRONMENT.proxies,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "TOKEN_TTL": datetime.timedelta(days=ENVIRONMENT.token_days),
    "TOKEN_PREFIX": "edc_",
    "TOKEN_LIMIT_PER_USER": 10,
    "AUTO_REFRESH": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "EDC",
    "DESCRIPTION": "Participants, visits, entries, the audit trail and datasets of clinical trials.",
    "VERSION": EDC_RELEASE,
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "ENUM_NAME_OVERRIDES": {
        "SubjectStatus": "trials.models.Subject.Status",
        "Verdict": "trials.models.EligibilityVerdict.Verdict",
        "VisitStatus": "visits.models.Visit.Status",
        "InfusionStatus": "visits.models.Infusion.Status",
        "EntryStatus": "visits.models.Entry.Status",
        "QueryState": "visits.models.Query.State",
    },
    # Shipped in a Python package, so that the page works without the internet.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Background work, mail, log ---------------------------------------------------------------------------------

# The library asks for a host name even where the broker is a directory.
CELERY_BROKER_URL = ENVIRONMENT.broker_url.replace("filesystem://", "filesystem://localhost")
CELERY_BROKER_DIRECTORY = VARIABLE_FILES / "broker"
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VARIABLE_FILES / "beat")
if ENVIRONMENT.broker_url.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(CELERY_BROKER_DIRECTORY / "queue"),
        "data_folder_out": str(CELERY_BROKER_DIRECTORY / "queue"),
        "control_folder": str(CELERY_BROKER_DIRECTORY / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }

vars().update(ENVIRONMENT.email)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.mail_from

DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = True
LOGGING = logging_configuration(level=ENVIRONMENT.log_level, as_json=ENVIRONMENT.production)
