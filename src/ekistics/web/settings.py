"""Django's settings, all of them from ``ekistics.core.settings``: safe by default, nothing leaves the machine."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from ekistics.core.settings import Settings
from ekistics.web.languages import LANGUAGES as SITE_LANGUAGES
from ekistics.web.secret import secret_key

EKISTICS = Settings.from_environment()
HOME = Path(EKISTICS.home).absolute()
HERE = Path(__file__).parent
MEDIA_ROOT = HOME / "media"

HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
SECRET_KEY = SimpleLazyObject(lambda: secret_key(HOME))  # made when first needed: looking at a backup makes none
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in EKISTICS.hosts.split(",") if host.strip()]
CSRF_TRUSTED_ORIGINS = [EKISTICS.address] if EKISTICS.https else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "ekistics.web.places",
    "ekistics.web.accounts",
    "ekistics.web.workflow",
    "ekistics.web.observatory",
    "ekistics.web.texts",
    "ekistics.web.work",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # with a random length, so that sizes tell nothing (BREACH)
    "csp.middleware.CSPMiddleware",
    "ekistics.web.middleware.sessions",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ekistics.web.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ekistics.web.api.doors.doors",
    "ekistics.web.accounts.second_factor.second_factor",
    "ekistics.web.middleware.problems",
    "allauth.account.middleware.AccountMiddleware",  # last: its own exceptions are answered before ours
]

ROOT_URLCONF = "ekistics.web.urls"
WSGI_APPLICATION = "ekistics.web.wsgi.application"

TEMPLATES = [
    {"BACKEND": "django.template.backends.jinja2.Jinja2", "DIRS": [HERE / "templates"],
     "OPTIONS": {"environment": "ekistics.web.render.environment",
                 "context_processors": ["django.contrib.messages.context_processors.messages",
                                        "ekistics.web.accounts.context.rights",
                                        "ekistics.web.render.page_context"]}},
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
     "OPTIONS": {"context_processors": ["django.template.context_processors.request",
                                        "django.contrib.auth.context_processors.auth",
                                        "django.contrib.messages.context_processors.messages"]}},
]


def _database(address: str) -> dict[str, Any]:
    """Read the address of the database; SQLite in the site's folder where there is none."""
    if not address:
        # WAL and immediate transactions let readers go on beside one writer. Memory-mapped reading is never switched
        # on: with SQLite before 3.51 it can damage a database that is being written.
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": HOME / "ekistics.sqlite3",
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30,
                            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                                            " PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"}}
    parts = urlsplit(address)
    return {"ENGINE": "django.db.backends.postgresql", "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""), "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.netloc.rpartition("@")[2].partition(":")[0]), "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query, keep_blank_values=True))}


DATABASES = {"default": _database(EKISTICS.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Limits on attempts are counted here, by all processes together.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
          "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages",
                    "OPTIONS": {"MAX_ENTRIES": 2000}}}

LANGUAGE_CODE = "en"
LANGUAGES = list(SITE_LANGUAGES)
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [("site", HERE / "static" / "site")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": f"django.contrib.auth.password_validation.{name}", **more} for name, more in (
    ("UserAttributeSimilarityValidator", {}), ("MinimumLengthValidator", {"OPTIONS": {"min_length": 12}}),
    ("CommonPasswordValidator", {}), ("NumericPasswordValidator", {}))]
LOGIN_REDIRECT_URL = "work"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "ekistics.web.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if EKISTICS.https else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Ekistics] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS: dict[str, str] = {}  # those of the library, all of them on
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
# Limits count by address: behind the proxy that HTTPS needs, the address is the one that the proxy names.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if EKISTICS.https else 0
ADMINISTRATORS_NEED_TWO_FACTOR = EKISTICS.two_factor
# Sign-up is closed and an administrator gives each account its address, so that nobody can lock another person's
# address; a site without a mail server must be able to use two factors.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_ADAPTER = "ekistics.web.accounts.second_adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Ekistics"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = EKISTICS.https
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ekistics.web.problems.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if EKISTICS.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = EKISTICS.https
SECURE_SSL_REDIRECT = EKISTICS.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if EKISTICS.https else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": {
    "default-src": [NONE], "script-src": [SELF], "style-src": [SELF], "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF], "connect-src": [SELF], "worker-src": [SELF, "blob:"], "manifest-src": [SELF],
    "base-uri": [NONE], "form-action": [SELF], "frame-ancestors": [NONE], "object-src": [NONE]}}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_PERMISSIONS = 0o600

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}


def _mail(address: str) -> dict[str, Any]:
    """Read the address of the mail server; without one, mails are files in the site's folder."""
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "EMAIL_FILE_PATH": str(HOME / "mail")}
    parts = urlsplit(address)
    return {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": parts.hostname or "",
            "EMAIL_PORT": parts.port or 587, "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""), "EMAIL_USE_TLS": parts.scheme == "smtp",
            "EMAIL_USE_SSL": parts.scheme == "smtps", "EMAIL_TIMEOUT": 20}


globals().update(_mail(EKISTICS.mail))

LOGGING = {
    "version": 1, "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"scrub": {"()": "ekistics.web.accounts.scrub.ScrubSecrets"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["scrub"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.security.DisallowedHost": {"level": "ERROR"}, "ekistics": {"level": "INFO"}},
}
