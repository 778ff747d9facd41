//! Behaviour under failures: kills, full disks, damaged files, hostile sources, high concurrency. `docs/reliability.md` lists the guarantees,
//! the tests that prove them, and how to run more rounds than CI has time for.

mod backup;
mod budget;
mod concurrency;
mod corruption;
mod crash;
mod disk;
mod failing_disk;
mod held_requests;
mod instances;
mod large_sources;
mod open_files;
mod overload;
mod overtaken;
mod sources;
mod support;
mod swizzle;
mod unread_probes;
mod wal;
