//! Conversion of values. Only types without a crate of their own are converted: numbers, text, bytes, booleans.

use crate::bindings::spin::postgres::postgres::{Column, DbDataType, DbValue, Error, ParameterValue};
use std::error::Error as StdError;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

/// Bytes that a value costs in addition to its text or bytes.
const VALUE_OVERHEAD: usize = 16;

/// A parameter, with the types that Spin converts it to.
#[derive(Debug)]
pub(super) struct Parameter<'a>(&'a ParameterValue);

impl<'a> Parameter<'a> {
    /// # Errors
    /// If this host does not convert values of that type.
    pub(super) fn new(value: &'a ParameterValue) -> Result<Self, Error> {
        use ParameterValue as P;
        match value {
            P::Boolean(_) | P::Int8(_) | P::Int16(_) | P::Int32(_) | P::Int64(_) => Ok(Self(value)),
            P::Floating32(_) | P::Floating64(_) | P::Str(_) | P::Binary(_) | P::DbNull => Ok(Self(value)),
            _ => {
                Err(Error::BadParameter("this host accepts numbers, text, bytes and booleans: cast in SQL".to_owned()))
            }
        }
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql_checked(kind, out)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self.0 {
            ParameterValue::Boolean(value) => value.to_sql_checked(kind, out),
            ParameterValue::Int8(value) => value.to_sql_checked(kind, out),
            ParameterValue::Int16(value) => value.to_sql_checked(kind, out),
            ParameterValue::Int32(value) => value.to_sql_checked(kind, out),
            ParameterValue::Int64(value) => value.to_sql_checked(kind, out),
            ParameterValue::Floating32(value) => value.to_sql_checked(kind, out),
            ParameterValue::Floating64(value) => value.to_sql_checked(kind, out),
            ParameterValue::Str(value) => value.to_sql_checked(kind, out),
            ParameterValue::Binary(value) => value.to_sql_checked(kind, out),
            _ => Ok(IsNull::Yes),
        }
    }
}

/// The bytes of a type that is not converted.
struct Raw(Vec<u8>);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(bytes.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The name and type of a column.
pub(super) fn column(column: &tokio_postgres::Column) -> Column {
    let data_type = match *column.type_() {
        Type::BOOL => DbDataType::Boolean,
        Type::CHAR => DbDataType::Int8,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => DbDataType::Str,
        Type::BYTEA => DbDataType::Binary,
        ref other => DbDataType::Other(other.name().to_owned()),
    };
    Column { name: column.name().to_owned(), data_type }
}

/// The values of a row, and the bytes that they take.
pub(super) fn row(row: &Row) -> Result<(Vec<DbValue>, usize), Error> {
    let values = row.columns().iter().enumerate().map(|(at, column)| value(row, at, column.type_()));
    let values: Vec<_> =
        values.collect::<Result<_, _>>().map_err(|error| Error::ValueConversionFailed(error.to_string()))?;
    let bytes = row.raw_size_bytes() + values.len() * VALUE_OVERHEAD;
    Ok((values, bytes))
}

fn value(row: &Row, at: usize, kind: &Type) -> Result<DbValue, tokio_postgres::Error> {
    fn get<'a, T: FromSql<'a>>(
        row: &'a Row,
        at: usize,
        of: fn(T) -> DbValue,
    ) -> Result<DbValue, tokio_postgres::Error> {
        Ok(row.try_get::<_, Option<T>>(at)?.map_or(DbValue::DbNull, of))
    }
    match *kind {
        Type::BOOL => get(row, at, DbValue::Boolean),
        Type::CHAR => get(row, at, DbValue::Int8),
        Type::INT2 => get(row, at, DbValue::Int16),
        Type::INT4 => get(row, at, DbValue::Int32),
        Type::INT8 => get(row, at, DbValue::Int64),
        Type::FLOAT4 => get(row, at, DbValue::Floating32),
        Type::FLOAT8 => get(row, at, DbValue::Floating64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => get(row, at, DbValue::Str),
        Type::BYTEA => get(row, at, DbValue::Binary),
        _ => get(row, at, |Raw(bytes)| DbValue::Unsupported(bytes)),
    }
}
