// Registers, changes, searches, keeps a catalogue and reads an error with the client of orval.
import assert from "node:assert/strict";
import { createCatalogue, register, searchCapabilities, updateCatalogue, updateRepo } from "./generated/orval.js";

const options = { headers: { authorization: `Bearer ${process.env.HUB_TOKEN}` } };
const repo = "orval";
const body = { repo, url: process.env.INDEX_URL!, domain: "clients" };

const registered = await register(body, { require_valid: true }, options);
assert.ok(registered.status === 201, JSON.stringify(registered.data));
assert.equal(registered.data.status.state, "fresh");

const changed = await updateRepo(repo, { description: "Changed", cache_ttl_seconds: null }, options);
assert.ok(changed.status === 200, JSON.stringify(changed.data));
assert.equal(changed.data.description, "Changed");

const found = await searchCapabilities({ repo, limit: 5 });
assert.ok(found.status === 200, JSON.stringify(found.status));
assert.equal(found.data.total, 1);

const catalogue = { name: repo, kind: "list", url: process.env.INDEX_URL!, domain: "clients", enabled: false } as const;
const created = await createCatalogue(catalogue, options);
assert.ok(created.status === 201, JSON.stringify(created.data));
assert.equal(created.data.status.state, "disabled");
const kept = await updateCatalogue(repo, { domain: "others", cache_ttl_seconds: null }, options);
assert.ok(kept.status === 200, JSON.stringify(kept.data));
assert.equal(kept.data.domain, "others");

const again = await register(body, undefined, options);
assert.ok(again.status === 409, JSON.stringify(again.data));
const code: string = again.data.code;
assert.equal(code, "repo-exists");
