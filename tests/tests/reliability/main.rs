//! What happens when things fail: kills, full disks, damaged files, hostile sources, everybody at once. `docs/reliability.md` says what is
//! promised, which test shows it, and how to run more rounds than CI has time for.

mod backup;
mod budget;
mod concurrency;
mod corruption;
mod crash;
mod disk;
mod failing_disk;
mod instances;
mod large_sources;
mod open_files;
mod overload;
mod overtaken;
mod sources;
mod support;
mod swizzle;
mod wal;
