//! What the application's `spin.toml` grants to its component.

use crate::allowed_hosts::AllowedHosts;
use crate::template;
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A Spin application with one HTTP component, reduced to what a host enforces.
#[derive(Debug, Clone)]
pub struct Manifest {
    variables: BTreeMap<String, Variable>,
    component: Component,
}

/// The grants of a [`Manifest`] with every template filled in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grants {
    pub(crate) hosts: AllowedHosts,
    pub(crate) databases: BTreeSet<String>,
    pub(crate) variables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct File {
    spin_manifest_version: i64,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
    trigger: Triggers,
    component: BTreeMap<String, Component>,
}

#[derive(Deserialize)]
struct Triggers {
    #[serde(default)]
    http: Vec<HttpTrigger>,
}

#[derive(Deserialize)]
struct HttpTrigger {
    component: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Variable {
    default: Option<String>,
    #[serde(default)]
    required: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Component {
    #[serde(default)]
    allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    sqlite_databases: BTreeSet<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads a manifest of version 2. What has no meaning for this host is ignored.
    ///
    /// # Errors
    /// When the text is no such manifest, when its HTTP triggers do not all name one component, or when a grant is malformed.
    pub fn parse(text: &str) -> Result<Self> {
        let mut file: File = toml::from_str(text).context("not a Spin manifest")?;
        if file.spin_manifest_version != 2 {
            bail!("spin_manifest_version is {}; write the manifest for version 2", file.spin_manifest_version);
        }
        let names: BTreeSet<_> = file.trigger.http.iter().map(|trigger| trigger.component.as_str()).collect();
        let mut names = names.into_iter();
        let (Some(name), None) = (names.next(), names.next()) else {
            bail!("the HTTP triggers must name one component, and only one");
        };
        let component = file.component.remove(name).with_context(|| format!("[component.{name}] is missing"))?;
        for (name, variable) in &file.variables {
            if variable.required && variable.default.is_some() {
                bail!("variable `{name}` is required and has a default: drop one of the two");
            }
            if !variable.required && variable.default.is_none() {
                bail!("variable `{name}` needs a default, or `required = true`");
            }
        }
        Ok(Self { variables: file.variables, component })
    }

    /// Fills the templates in from `values` (names of application variables), else from the defaults.
    pub(crate) fn resolve(&self, values: &BTreeMap<String, String>) -> Result<Grants> {
        if let Some(name) = values.keys().find(|name| !self.variables.contains_key(*name)) {
            bail!("variable `{name}` is not declared in the manifest");
        }
        let lookup = |name: &str| -> Result<&str> {
            let variable = self.variables.get(name).with_context(|| format!("variable `{name}` is not declared"))?;
            let value = values.get(name).or(variable.default.as_ref());
            value.map(String::as_str).with_context(|| format!("variable `{name}` is required: give it a value"))
        };
        let hosts = self.component.allowed_outbound_hosts.iter().map(|host| template::fill(host, lookup));
        let variables = self.component.variables.iter().map(|(name, template)| {
            let value =
                template::fill(template, lookup).with_context(|| format!("variable `{name}` of the component"))?;
            Ok((name.clone(), value))
        });
        Ok(Grants {
            hosts: AllowedHosts::parse(&hosts.collect::<Result<Vec<_>>>()?)?,
            databases: self.component.sqlite_databases.clone(),
            variables: variables.collect::<Result<_>>()?,
        })
    }
}
