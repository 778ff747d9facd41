"""Registers, changes, searches, keeps a catalogue and reads an error with the client of openapi-python-client."""

import os

from generated_client import AuthenticatedClient
from generated_client.api.catalogues import create_catalogue, update_catalogue
from generated_client.api.federation import search_capabilities
from generated_client.api.registrations import register, update_repo
from generated_client.models import CataloguePatch, CatalogueRequest, CatalogueRequestKind, HubRegistration, Problem, RegistrationPatch

client = AuthenticatedClient(base_url=os.environ["HUB_URL"], token=os.environ["HUB_TOKEN"])
repo = "python-client"
body = HubRegistration(repo=repo, url=os.environ["INDEX_URL"], domain="clients")

registered = register.sync_detailed(client=client, body=body, require_valid=True)
assert registered.status_code == 201, registered
assert registered.parsed.status.state == "fresh", registered.parsed

changed = update_repo.sync(repo, client=client, body=RegistrationPatch(description="Changed", cache_ttl_seconds=None))
assert changed.description == "Changed", changed

found = search_capabilities.sync(client=client, repo=repo, limit=5)
assert found.total == 1, found

catalogue = CatalogueRequest(name=repo, kind=CatalogueRequestKind.LIST, url=os.environ["INDEX_URL"], domain="clients", enabled=False)
assert create_catalogue.sync(client=client, body=catalogue).status.state == "disabled"
patch = CataloguePatch(domain="others", cache_ttl_seconds=None)
assert update_catalogue.sync(repo, client=client, body=patch).domain == "others"

again = register.sync(client=client, body=body)
assert isinstance(again, Problem), again
assert (again.code, again.status) == ("repo-exists", 409), again
