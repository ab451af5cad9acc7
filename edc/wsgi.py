"""What gunicorn serves."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edc.settings")
application = get_wsgi_application()
# By name: it looks at models, which are there only now.
import_module("edc.audit.checks").refuse_to_serve_without_triggers()
