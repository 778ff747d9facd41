//! Generated from the WIT files in `wit/`.

wasmtime::component::bindgen!({
    path: "wit",
    world: "imports",
    imports: { default: async | trappable },
    with: {
        "spin:postgres/postgres.connection": crate::postgres::Lease,
        "spin:postgres/postgres.connection-builder": crate::postgres::Address,
        "spin:sqlite/sqlite.connection": crate::sqlite::Lease,
    },
});
