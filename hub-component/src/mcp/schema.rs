//! The request body of the endpoint, for the OpenAPI document.

use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// A JSON-RPC 2.0 message; a request has an `id`, a notification does not.
pub struct Message;

impl ToSchema for Message {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("McpMessage")
    }
}

impl PartialSchema for Message {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let object = || ObjectBuilder::new().schema_type(Type::Object);
        let int64 = SchemaFormat::KnownFormat(KnownFormat::Int64);
        let number = ObjectBuilder::new().schema_type(Type::Integer).format(Some(int64));
        // Some languages have one literal for an empty list and an empty object.
        let nothing = ArrayBuilder::new().max_items(Some(0));
        object()
            .description(Some("A JSON-RPC 2.0 message; a request has an `id`, a notification does not."))
            .property("jsonrpc", text().enum_values(Some(["2.0"])))
            .required("jsonrpc")
            .property("id", OneOfBuilder::new().item(text()).item(number))
            .property("method", text())
            .required("method")
            .property("params", OneOfBuilder::new().item(object()).item(nothing))
            .into()
    }
}
