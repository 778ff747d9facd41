//! The implementation of `spin:sqlite` for one instance.

use super::connection::Connection;
use super::database::{Database, Databases, Lease};
use crate::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use std::sync::Arc;
use wasmtime::Result;
use wasmtime::component::{Accessor, FutureReader, HasData, Resource, ResourceTable, StreamReader};

/// Connections that one instance may hold open, as under Spin.
const MAX_OPEN: usize = 256;

pub(crate) struct SqliteState {
    databases: Databases,
    open: usize,
}

pub(crate) struct SqliteView<'a> {
    pub(crate) state: &'a mut SqliteState,
    pub(crate) table: &'a mut ResourceTable,
}

pub(crate) struct Sqlite;

impl HasData for Sqlite {
    type Data<'a> = SqliteView<'a>;
}

type Rows = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

impl SqliteState {
    pub(crate) fn new(databases: Databases) -> Self {
        Self { databases, open: 0 }
    }
}

impl SqliteView<'_> {
    fn database(&self, label: &str) -> Result<Arc<Database>, Error> {
        let database = self.state.databases.get(label)?;
        if self.state.open >= MAX_OPEN {
            return Err(Error::Io(format!("{MAX_OPEN} connections are open: close some first")));
        }
        Ok(database)
    }

    fn keep(&mut self, lease: Lease) -> Result<Resource<Lease>> {
        let resource = self.table.push(lease)?;
        self.state.open += 1;
        Ok(resource)
    }

    fn lease(&self, connection: &Resource<Lease>) -> Result<Lease> {
        Ok(self.table.get(connection)?.clone())
    }
}

impl Host for SqliteView<'_> {}

impl HostConnection for SqliteView<'_> {
    async fn open(&mut self, label: String) -> Result<Result<Resource<Lease>, Error>> {
        let database = match self.database(&label) {
            Ok(database) => database,
            Err(error) => return Ok(Err(error)),
        };
        match database.lease().await {
            Ok(lease) => self.keep(lease).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute(
        &mut self,
        connection: Resource<Lease>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Result<QueryResult, Error>> {
        let outcome = self.lease(&connection)?.run(statement, parameters).await;
        Ok(outcome.result.map(|()| QueryResult { columns: outcome.columns, rows: outcome.rows }))
    }

    async fn last_insert_rowid(&mut self, connection: Resource<Lease>) -> Result<i64> {
        Ok(self.lease(&connection)?.read(Connection::last_insert_rowid).await)
    }

    async fn changes(&mut self, connection: Resource<Lease>) -> Result<u64> {
        Ok(self.lease(&connection)?.read(Connection::changes).await)
    }

    async fn drop(&mut self, connection: Resource<Lease>) -> Result<()> {
        self.table.delete(connection)?;
        self.state.open -= 1;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Sqlite {
    async fn open_async(accessor: &Accessor<T, Self>, label: String) -> Result<Result<Resource<Lease>, Error>> {
        let database = match accessor.with(|mut access| access.get().database(&label)) {
            Ok(database) => database,
            Err(error) => return Ok(Err(error)),
        };
        match database.lease().await {
            Ok(lease) => accessor.with(|mut access| access.get().keep(lease)).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Lease>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Result<Rows, Error>> {
        let lease = accessor.with(|mut access| access.get().lease(&connection))?;
        let outcome = lease.run(statement, parameters).await;
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, outcome.rows)?;
            // Requested after the rows, so that these are gone by then.
            let (result, held) = (outcome.result, outcome.held);
            let ended = async move {
                drop(held);
                wasmtime::error::Ok(result)
            };
            let result = FutureReader::new(&mut access, ended)?;
            Ok(Ok((outcome.columns, rows, result)))
        })
    }

    async fn last_insert_rowid_async(accessor: &Accessor<T, Self>, connection: Resource<Lease>) -> Result<i64> {
        let lease = accessor.with(|mut access| access.get().lease(&connection))?;
        Ok(lease.read(Connection::last_insert_rowid).await)
    }

    async fn changes_async(accessor: &Accessor<T, Self>, connection: Resource<Lease>) -> Result<u64> {
        let lease = accessor.with(|mut access| access.get().lease(&connection))?;
        Ok(lease.read(Connection::changes).await)
    }
}
