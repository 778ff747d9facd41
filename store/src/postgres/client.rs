//! A connection of `tokio-postgres`, for native programs next to a host.

use super::{Connection, Failure};
use crate::database::{Row, Value};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, Error};

impl Connection for Client {
    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Vec<Row>, Failure> {
        let parameters: Vec<Parameter> = parameters.into_iter().map(Parameter).collect();
        let parameters: Vec<_> = parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let rows = Client::query(self, sql, &parameters).await?;
        rows.iter().map(|row| (0..row.len()).map(|at| column(row, at)).collect()).collect()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = error.code().map(|code| code.code().to_owned());
        let text = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
        Self { code, text }
    }
}

fn column(row: &tokio_postgres::Row, at: usize) -> Result<Value, Failure> {
    let value = match row.columns().get(at).map(tokio_postgres::Column::type_) {
        Some(&Type::BOOL) => row.try_get::<_, Option<bool>>(at)?.map(|value| Value::Integer(value.into())),
        Some(&Type::INT4) => row.try_get::<_, Option<i32>>(at)?.map(|value| Value::Integer(value.into())),
        Some(&Type::INT8) => row.try_get::<_, Option<i64>>(at)?.map(Value::Integer),
        Some(&Type::TEXT) => row.try_get::<_, Option<String>>(at)?.map(Value::Text),
        Some(&Type::BYTEA) => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Blob),
        Some(&Type::VOID) => None,
        other => return Err(Failure { code: None, text: format!("a column has the type {other:?}") }),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// A parameter with its own type, as Spin sends it, whatever the statement expects.
#[derive(Debug)]
struct Parameter(Value);

impl ToSql for Parameter {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.to_sql_checked(kind, out)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match &self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(value) => value.to_sql_checked(kind, out),
            Value::Text(value) => value.to_sql_checked(kind, out),
            Value::Blob(value) => value.to_sql_checked(kind, out),
        }
    }
}
