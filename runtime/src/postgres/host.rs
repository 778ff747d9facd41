//! The implementation of `spin:postgres` for one instance.

use super::pool::{Address, Lease, Servers};
use crate::bindings::spin::postgres::postgres::{
    Column, DbValue, Error, Host, HostConnection, HostConnectionBuilder, HostConnectionBuilderWithStore,
    HostConnectionWithStore, ParameterValue, RowSet,
};
use wasmtime::Result;
use wasmtime::component::{Accessor, FutureReader, HasData, Resource, ResourceTable, StreamReader};

pub(crate) struct PostgresView<'a> {
    pub(crate) servers: &'a Servers,
    pub(crate) table: &'a mut ResourceTable,
}

pub(crate) struct Postgres;

impl HasData for Postgres {
    type Data<'a> = PostgresView<'a>;
}

type Rows = (Vec<Column>, StreamReader<Vec<DbValue>>, FutureReader<Result<(), Error>>);

impl PostgresView<'_> {
    fn lease(&self, connection: &Resource<Lease>) -> Result<Lease> {
        Ok(self.table.get(connection)?.clone())
    }

    async fn open(&mut self, address: Address) -> Result<Result<Resource<Lease>, Error>> {
        match self.servers.open(address).await {
            Ok(lease) => Ok(Ok(self.table.push(lease)?)),
            Err(error) => Ok(Err(error)),
        }
    }
}

async fn open<T: Send>(accessor: &Accessor<T, Postgres>, address: Address) -> Result<Result<Resource<Lease>, Error>> {
    let servers = accessor.with(|mut access| access.get().servers.clone());
    match servers.open(address).await {
        Ok(lease) => Ok(Ok(accessor.with(|mut access| access.get().table.push(lease))?)),
        Err(error) => Ok(Err(error)),
    }
}

impl Host for PostgresView<'_> {}

impl HostConnectionBuilder for PostgresView<'_> {
    async fn new(&mut self, address: String) -> Result<Resource<Address>> {
        Ok(self.table.push(Address { url: address, authority: None })?)
    }

    async fn set_ca_root(&mut self, builder: Resource<Address>, certificate: String) -> Result<Result<(), Error>> {
        self.table.get_mut(&builder)?.authority = Some(certificate);
        Ok(Ok(()))
    }

    async fn build(&mut self, builder: Resource<Address>) -> Result<Result<Resource<Lease>, Error>> {
        let address = self.table.get(&builder)?.clone();
        PostgresView::open(self, address).await
    }

    async fn drop(&mut self, builder: Resource<Address>) -> Result<()> {
        self.table.delete(builder)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionBuilderWithStore<T> for Postgres {
    async fn build_async(
        accessor: &Accessor<T, Self>,
        builder: Resource<Address>,
    ) -> Result<Result<Resource<Lease>, Error>> {
        let address = accessor.with(|mut access| access.get().table.get(&builder).cloned())?;
        open(accessor, address).await
    }
}

impl HostConnection for PostgresView<'_> {
    async fn open(&mut self, address: String) -> Result<Result<Resource<Lease>, Error>> {
        PostgresView::open(self, Address { url: address, authority: None }).await
    }

    async fn query(
        &mut self,
        connection: Resource<Lease>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<Result<RowSet, Error>> {
        let outcome = self.lease(&connection)?.query(&statement, &parameters).await;
        Ok(outcome.and_then(|outcome| outcome.result.map(|()| RowSet { columns: outcome.columns, rows: outcome.rows })))
    }

    async fn execute(
        &mut self,
        connection: Resource<Lease>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<Result<u64, Error>> {
        Ok(self.lease(&connection)?.execute(&statement, &parameters).await)
    }

    async fn drop(&mut self, connection: Resource<Lease>) -> Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Postgres {
    async fn open_async(accessor: &Accessor<T, Self>, address: String) -> Result<Result<Resource<Lease>, Error>> {
        open(accessor, Address { url: address, authority: None }).await
    }

    async fn query_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Lease>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<Result<Rows, Error>> {
        let lease = accessor.with(|mut access| access.get().lease(&connection))?;
        let outcome = match lease.query(&statement, &parameters).await {
            Ok(outcome) => outcome,
            Err(error) => return Ok(Err(error)),
        };
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

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Lease>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<Result<u64, Error>> {
        let lease = accessor.with(|mut access| access.get().lease(&connection))?;
        Ok(lease.execute(&statement, &parameters).await)
    }
}
