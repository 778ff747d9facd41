// Registers, changes, searches, keeps a catalogue and reads an error with the types of openapi-typescript.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./generated/openapi-typescript.js";

const baseUrl = process.env.HUB_URL!;
const headers = { authorization: `Bearer ${process.env.HUB_TOKEN}` };
const client = createClient<paths>({ baseUrl, headers });
const repo = "openapi-fetch";

const registered = await client.POST("/v1/repos", {
  body: { repo, url: process.env.INDEX_URL!, domain: "clients" },
  params: { query: { require_valid: true } },
});
assert.equal(registered.data?.repo, repo, JSON.stringify(registered.error));
assert.equal(registered.data?.status.state, "fresh");

const changed = await client.PATCH("/v1/repos/{repo}", {
  params: { path: { repo } },
  body: { description: "Changed", cache_ttl_seconds: null },
});
assert.equal(changed.data?.description, "Changed", JSON.stringify(changed.error));

const found = await client.GET("/v1/capabilities", { params: { query: { repo, limit: 5 } } });
assert.equal(found.data?.total, 1, JSON.stringify(found.error));

const created = await client.POST("/v1/catalogues", {
  body: { name: repo, kind: "list", url: process.env.INDEX_URL!, domain: "clients", enabled: false },
});
assert.equal(created.data?.status.state, "disabled", JSON.stringify(created.error));
const kept = await client.PATCH("/v1/catalogues/{name}", {
  params: { path: { name: repo } },
  body: { domain: "others", cache_ttl_seconds: null },
});
assert.equal(kept.data?.domain, "others", JSON.stringify(kept.error));

const again = await client.POST("/v1/repos", { body: { repo, url: process.env.INDEX_URL!, domain: "clients" } });
const code: string | undefined = again.error?.code;
assert.equal(code, "repo-exists");
assert.equal(again.error?.status, 409);
