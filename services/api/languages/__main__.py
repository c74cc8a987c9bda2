"""`python -m services.api.languages`: catalogues brought up to date with the texts in use."""

from services.api.languages.catalogue import TRANSLATED, update

for language in TRANSLATED:
    print(f"{language}: {update(language)} texts wait for translation")
