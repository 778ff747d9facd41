// Registers, changes, searches, keeps a catalogue and reads an error with the client of @hey-api/openapi-ts.
import assert from "node:assert/strict";
import { client } from "./generated/hey-api/client.gen.js";
import { createCatalogue, register, searchCapabilities, updateCatalogue, updateRepo } from "./generated/hey-api/sdk.gen.js";

client.setConfig({ baseUrl: process.env.HUB_URL!, auth: () => process.env.HUB_TOKEN! });
const repo = "hey-api";
const body = { repo, url: process.env.INDEX_URL!, domain: "clients" };

const registered = await register({ body, query: { require_valid: true } });
assert.equal(registered.data?.status.state, "fresh", JSON.stringify(registered.error));

const changed = await updateRepo({ path: { repo }, body: { description: "Changed", cache_ttl_seconds: null } });
assert.equal(changed.data?.description, "Changed", JSON.stringify(changed.error));

const found = await searchCapabilities({ query: { repo, limit: 5 } });
assert.equal(found.data?.total, 1, JSON.stringify(found.error));

const created = await createCatalogue({
  body: { name: repo, kind: "list", url: process.env.INDEX_URL!, domain: "clients", enabled: false },
});
assert.equal(created.data?.status.state, "disabled", JSON.stringify(created.error));
const kept = await updateCatalogue({ path: { name: repo }, body: { domain: "others", cache_ttl_seconds: null } });
assert.equal(kept.data?.domain, "others", JSON.stringify(kept.error));

const again = await register({ body });
const code: string | undefined = again.error?.code;
assert.equal(code, "repo-exists");
assert.equal(again.error?.status, 409);
