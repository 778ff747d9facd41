-- Dumped from a database that a hub with the first schema wrote: two registrations, and one change of the first.
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE composition (
        repo TEXT PRIMARY KEY NOT NULL, url TEXT NOT NULL, domain TEXT NOT NULL, required INTEGER NOT NULL,
        index_digest TEXT NOT NULL, capability_count INTEGER NOT NULL);
INSERT INTO "composition" VALUES('a','https://sources.example.org/a','d',0,'sha256:e56d50165aa915400eacfd6fe0059a154cb6c1aa0e871f9bc1e31f49acf50af4',2);
INSERT INTO "composition" VALUES('b','https://sources.example.org/b','d',0,'sha256:83bc14c276447bc45f2a748d4626a21861b06b02d0640904b5f004585e56ddd1',1);
CREATE TABLE fragments (
        digest TEXT NOT NULL REFERENCES snapshots (digest) ON DELETE CASCADE, repo TEXT NOT NULL, domain TEXT NOT NULL,
        json TEXT NOT NULL, yaml TEXT NOT NULL, ids TEXT NOT NULL, PRIMARY KEY (digest, repo, domain));
INSERT INTO "fragments" VALUES('sha256:b2a0b1faba0f92572ebd6e3731f550ca0d7648717f028ddff3da52b2aa1ffb98','a','d','{"id":"capability.a.n0","source_repo":"a","domain":"d","name":"Version 0"},
{"id":"capability.a.n1","source_repo":"a","domain":"d","name":"Version 0"}','- id: capability.a.n0
  source_repo: a
  domain: d
  name: Version 0
- id: capability.a.n1
  source_repo: a
  domain: d
  name: Version 0
','["capability.a.n0","capability.a.n1"]');
INSERT INTO "fragments" VALUES('sha256:83bc14c276447bc45f2a748d4626a21861b06b02d0640904b5f004585e56ddd1','b','d','{"id":"capability.b.n0","source_repo":"b","domain":"d","name":"Version 0"}','- id: capability.b.n0
  source_repo: b
  domain: d
  name: Version 0
','["capability.b.n0"]');
INSERT INTO "fragments" VALUES('sha256:e56d50165aa915400eacfd6fe0059a154cb6c1aa0e871f9bc1e31f49acf50af4','a','d','{"id":"capability.a.n0","source_repo":"a","domain":"d","name":"Version 1"},
{"id":"capability.a.n1","source_repo":"a","domain":"d","name":"Version 1"}','- id: capability.a.n0
  source_repo: a
  domain: d
  name: Version 1
- id: capability.a.n1
  source_repo: a
  domain: d
  name: Version 1
','["capability.a.n0","capability.a.n1"]');
CREATE TABLE leases (name TEXT PRIMARY KEY NOT NULL, holder TEXT NOT NULL, expires_at INTEGER NOT NULL);
INSERT INTO "leases" VALUES('upkeep','day',1795608786);
CREATE TABLE migrations (version INTEGER PRIMARY KEY NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "migrations" VALUES(1,'2026-11-24T12:13:06Z');
CREATE TABLE registrations (
        repo TEXT PRIMARY KEY NOT NULL, url TEXT NOT NULL, domain TEXT NOT NULL, enabled INTEGER NOT NULL,
        required INTEGER NOT NULL, cache_ttl_seconds INTEGER NOT NULL, description TEXT NOT NULL,
        registered_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, registered_by TEXT NOT NULL,
        incarnation INTEGER NOT NULL);
INSERT INTO "registrations" VALUES('a','https://sources.example.org/a','d',1,0,3600,'',1795522386,1795522386,'bootstrap',3329278028019501148);
INSERT INTO "registrations" VALUES('b','https://sources.example.org/b','d',1,0,3600,'',1795522386,1795522386,'bootstrap',1619736081645501497);
CREATE TABLE revision_sources (
        revision INTEGER NOT NULL, repo TEXT NOT NULL, url TEXT NOT NULL,
        domain TEXT NOT NULL, required INTEGER NOT NULL, index_digest TEXT NOT NULL, capability_count INTEGER NOT NULL,
        PRIMARY KEY (revision, repo));
INSERT INTO "revision_sources" VALUES(1,'a','https://sources.example.org/a','d',0,'sha256:b2a0b1faba0f92572ebd6e3731f550ca0d7648717f028ddff3da52b2aa1ffb98',2);
INSERT INTO "revision_sources" VALUES(2,'b','https://sources.example.org/b','d',0,'sha256:83bc14c276447bc45f2a748d4626a21861b06b02d0640904b5f004585e56ddd1',1);
INSERT INTO "revision_sources" VALUES(3,'a','https://sources.example.org/a','d',0,'sha256:e56d50165aa915400eacfd6fe0059a154cb6c1aa0e871f9bc1e31f49acf50af4',2);
CREATE TABLE revisions (
        number INTEGER PRIMARY KEY NOT NULL, digest TEXT NOT NULL, composed_at INTEGER NOT NULL, actor TEXT NOT NULL,
        cause TEXT NOT NULL, source_count INTEGER NOT NULL, capability_count INTEGER NOT NULL);
INSERT INTO "revisions" VALUES(1,'sha256:879f24620bb2aeef3f9a23ff21e7147e32114e3e1ff646507ab44e33ee718aaa',1795522386,'bootstrap','register',1,2);
INSERT INTO "revisions" VALUES(2,'sha256:1ef40539966ed62c3a08944daf11af33e9d970dd17b31200bbd0e1f1c49f4e0f',1795522386,'bootstrap','register',2,3);
INSERT INTO "revisions" VALUES(3,'sha256:33fb49eb11ee3da0898d5bff7e4896dff6d39bcdea4dcd20648f96c740345be3',1795522386,'bootstrap','refresh',2,3);
CREATE TABLE snapshots (
        digest TEXT PRIMARY KEY NOT NULL, body BLOB NOT NULL, capability_count INTEGER NOT NULL, stored_at INTEGER NOT NULL);
INSERT INTO "snapshots" VALUES('sha256:b2a0b1faba0f92572ebd6e3731f550ca0d7648717f028ddff3da52b2aa1ffb98',X'1F8B08000000000000FF6DCB310A80301044D17E4F31173024ED1EC47ED52D0674152382B7B708A44AFB79FFF5BBF20C4591D52E5BB8F3A1579509DC14BD7DC9526401C20E57CC6D431EBA32703FB33358CB69000000',2,1795522386);
INSERT INTO "snapshots" VALUES('sha256:83bc14c276447bc45f2a748d4626a21861b06b02d0640904b5f004585e56ddd1',X'1F8B08000000000000FF3DCB310A80300C05D03DA7F817B0D43507714F35C3078D6245E8ED3B14BA3E78BFBF95772856D9EDB1C2931FBDAA2CE0A198D65249910508BB5CB18D862C1D1519664941000000',1,1795522386);
INSERT INTO "snapshots" VALUES('sha256:e56d50165aa915400eacfd6fe0059a154cb6c1aa0e871f9bc1e31f49acf50af4',X'1F8B08000000000000FF6DCB310A80301044D17E4F31173098760F62BFEA1603BA8A11C1DB2B0452A5FDFCF7F855788422CB62A7CDDC78D38BCA00AE8AD6DE64294601C276574C95FDAAF7E5CEF7011C867A7369000000',2,1795522386);
CREATE TABLE source_state (
        repo TEXT PRIMARY KEY NOT NULL REFERENCES registrations (repo) ON DELETE CASCADE,
        record TEXT NOT NULL, next_check_at INTEGER NOT NULL, verified_at INTEGER);
INSERT INTO "source_state" VALUES('a','{"accepted":{"digest":"sha256:e56d50165aa915400eacfd6fe0059a154cb6c1aa0e871f9bc1e31f49acf50af4","url":"https://sources.example.org/a","capability_count":2},"checked":{"url":"https://sources.example.org/a","digest":"sha256:e56d50165aa915400eacfd6fe0059a154cb6c1aa0e871f9bc1e31f49acf50af4","validators":{},"verdict":{"valid":2}},"verified_at":1795522386,"last_attempt_at":1795522386,"next_check_at":1795526238,"consecutive_failures":0,"http_status":200}',1795526238,1795522386);
INSERT INTO "source_state" VALUES('b','{"accepted":{"digest":"sha256:83bc14c276447bc45f2a748d4626a21861b06b02d0640904b5f004585e56ddd1","url":"https://sources.example.org/b","capability_count":1},"checked":{"url":"https://sources.example.org/b","digest":"sha256:83bc14c276447bc45f2a748d4626a21861b06b02d0640904b5f004585e56ddd1","validators":{},"verdict":{"valid":1}},"verified_at":1795522386,"last_attempt_at":1795522386,"next_check_at":1795526171,"consecutive_failures":0,"http_status":200}',1795526171,1795522386);
CREATE INDEX source_state_due ON source_state (next_check_at);
CREATE INDEX source_state_verified ON source_state (verified_at);
CREATE INDEX revision_sources_of ON revision_sources (repo, revision);
COMMIT;
