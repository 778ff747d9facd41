//! `spin:variables`: the settings that the manifest hands to the component.

use crate::bindings::spin::variables::variables::{Error, Host, HostWithStore};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmtime::Result;
use wasmtime::component::{Accessor, HasData};

/// Variables by their name in the component, already filled in.
#[derive(Clone)]
pub(crate) struct Variables(pub(crate) Arc<BTreeMap<String, String>>);

impl HasData for Variables {
    type Data<'a> = &'a mut Self;
}

impl Host for &mut Variables {}

impl<T: Send> HostWithStore<T> for Variables {
    async fn get(accessor: &Accessor<T, Self>, name: String) -> Result<Result<String, Error>> {
        Ok(accessor.with(|mut access| match access.get().0.get(&name) {
            Some(value) => Ok(value.clone()),
            None => Err(Error::Undefined(format!("variable `{name}` is not granted to the component"))),
        }))
    }
}
