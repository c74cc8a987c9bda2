"""`python -m services.api.languages`: catalogues brought up to date with the texts in use."""

import sys

from services.api.languages.catalogue import TRANSLATED, update

for language in TRANSLATED:
    sys.stdout.write(f"{language}: {update(language)} texts wait for translation\n")
