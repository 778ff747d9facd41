//! `spin:variables`: the settings that the manifest passes to the component.

use crate::bindings::spin::variables::variables::{Error, Host, HostWithStore};
use crate::variable_file;
use anyhow::bail;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::spawn_blocking;
use wasmtime::Result;
use wasmtime::component::{Accessor, HasData};

/// Variables by their name in the component.
#[derive(Clone)]
pub(crate) struct Variables(Arc<BTreeMap<String, Setting>>);

#[derive(Clone)]
enum Setting {
    /// The expanded value from the manifest.
    Fixed(String),
    /// A file, read each time.
    File(PathBuf),
}

impl Variables {
    /// The variables that the manifest grants, some of them from files.
    ///
    /// # Errors
    /// If a file is given for a variable that the component does not get, or cannot be read now.
    pub(crate) fn new(granted: BTreeMap<String, String>, files: &BTreeMap<String, PathBuf>) -> anyhow::Result<Self> {
        let mut settings: BTreeMap<_, _> =
            granted.into_iter().map(|(name, value)| (name, Setting::Fixed(value))).collect();
        for (name, path) in files {
            let Some(setting) = settings.get_mut(name) else {
                bail!("variable `{name}` is not granted to the component in the manifest");
            };
            variable_file::read(path)?;
            *setting = Setting::File(path.clone());
        }
        Ok(Self(Arc::new(settings)))
    }
}

impl HasData for Variables {
    type Data<'a> = &'a mut Self;
}

impl Host for &mut Variables {}

impl<T: Send> HostWithStore<T> for Variables {
    async fn get(accessor: &Accessor<T, Self>, name: String) -> Result<Result<String, Error>> {
        let path = match accessor.with(|mut access| access.get().0.get(&name).cloned()) {
            Some(Setting::Fixed(value)) => return Ok(Ok(value)),
            Some(Setting::File(path)) => path,
            None => {
                return Ok(Err(Error::Undefined(format!("variable `{name}` is not granted to the component"))));
            }
        };
        Ok(spawn_blocking(move || variable_file::read(&path)).await?.map_err(|error| {
            let error = format!("{error:#}");
            // The log is the operator's only hint: to the component, the variable just has no value.
            tracing::error!(variable = name, error, "a variable cannot be read from its file");
            Error::Provider(error)
        }))
    }
}
