//! What the endpoint takes, for the OpenAPI document.

use super::message::MOST_MESSAGES;
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AllOfBuilder, AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat,
    SchemaType, Type,
};
use utoipa::{PartialSchema, ToSchema};

/// A message of JSON-RPC 2.0, or, under revision 2025-03-26 alone, several.
pub struct Messages;

impl ToSchema for Messages {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("McpMessages")
    }
}

impl PartialSchema for Messages {
    fn schema() -> RefOr<Schema> {
        // What is no message inside a batch gets an answer of its own there.
        let anything = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
        let batch = ArrayBuilder::new().items(anything).min_items(Some(1)).max_items(Some(MOST_MESSAGES));
        OneOfBuilder::new().item(message()).item(batch).into()
    }
}

fn message() -> AllOfBuilder {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let int64 = SchemaFormat::KnownFormat(KnownFormat::Int64);
    let id = ObjectBuilder::new().schema_type(Type::Integer).format(Some(int64));
    let with = |names: &[&str]| names.iter().fold(ObjectBuilder::new(), |kind, name| kind.required(*name));
    let message = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("jsonrpc", text().enum_values(Some(["2.0"])))
        .required("jsonrpc")
        .property("id", OneOfBuilder::new().item(text()).item(id))
        .property("method", text())
        .property("params", ObjectBuilder::new().schema_type(Type::Object));
    let kinds = AnyOfBuilder::new().item(with(&["method"])).item(with(&["id", "result"])).item(with(&["id", "error"]));
    AllOfBuilder::new().item(message).item(kinds)
}
