//! The grants of the application's `spin.toml` to its component.

use crate::allowed_hosts::AllowedHosts;
use crate::template;
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A Spin application with one HTTP component, reduced to the parts that a host enforces.
#[derive(Debug, Clone)]
pub struct Manifest {
    variables: BTreeMap<String, Variable>,
    component: Component,
}

/// The grants of a [`Manifest`], with every template expanded.
#[derive(Default)]
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
    /// Whether the manifest declares a variable of this name.
    pub fn has_variable(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }

    /// The same manifest without SQLite databases: none is created, and the data directory is not used.
    pub fn without_sqlite(mut self) -> Self {
        self.component.sqlite_databases.clear();
        self
    }

    /// Parses a manifest of version 2. Ignores settings that have no meaning for this host.
    ///
    /// # Errors
    /// If the text is not such a manifest, if its HTTP triggers do not all name one
    /// component, or if a grant is malformed.
    pub fn parse(text: &str) -> Result<Self> {
        let mut file: File = toml::from_str(text).context("not a Spin manifest")?;
        if file.spin_manifest_version != 2 {
            bail!("spin_manifest_version is {}; write the manifest for version 2", file.spin_manifest_version);
        }
        let names: BTreeSet<_> = file.trigger.http.iter().map(|trigger| trigger.component.as_str()).collect();
        let mut names = names.into_iter();
        let (Some(name), None) = (names.next(), names.next()) else {
            bail!("the HTTP triggers must name one component and only one");
        };
        let component = file.component.remove(name).with_context(|| format!("[component.{name}] is missing"))?;
        for (name, variable) in &file.variables {
            if variable.required && variable.default.is_some() {
                bail!("variable `{name}` is required but has a default: drop one of the two");
            }
            if !variable.required && variable.default.is_none() {
                bail!("variable `{name}` needs a default, or `required = true`");
            }
        }
        Ok(Self { variables: file.variables, component })
    }

    /// Expands the templates with `values` (names of application variables), or else with the defaults.
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

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: &str = r#"
        spin_manifest_version = 2
        [application]
        name = "hub"
        version = "1.0.0"
        [application.trigger.redis]
        address = "ignored"
        [variables]
        public_url = { default = "https://hub.test" }
        token = { default = "", secret = true }
        region = { required = true }
        [[trigger.http]]
        route = "/..."
        component = "hub"
        [component.hub]
        source = "hub.wasm"
        allowed_outbound_hosts = ["https://*:*", "http://{{ region }}.example.com:{{region}}"]
        sqlite_databases = ["default", "archive"]
        [component.hub.variables]
        url = "{{ public_url }}/{{region}}"
        token = "{{ token }}"
        fixed = "as is"
        [component.hub.build]
        command = "make"
        [component.other]
        source = "other.wasm"
        sqlite_databases = ["secret"]
    "#;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn refusal(text: &str, given: &[(&str, &str)]) -> String {
        let resolved = Manifest::parse(text).and_then(|manifest| manifest.resolve(&values(given)));
        format!("{:#}", resolved.err().unwrap())
    }

    #[test]
    fn the_component_gets_what_its_own_section_grants() {
        let grants = Manifest::parse(HUB).unwrap().resolve(&values(&[("region", "8080"), ("token", "t")])).unwrap();
        assert_eq!(grants.variables, values(&[("url", "https://hub.test/8080"), ("token", "t"), ("fixed", "as is")]));
        assert_eq!(grants.databases, BTreeSet::from(["default".to_owned(), "archive".to_owned()]));
        assert!(grants.hosts.allows(&"http://8080.example.com:8080/".parse().unwrap()));
        assert!(!grants.hosts.allows(&"http://example.com/".parse().unwrap()));
    }

    #[test]
    fn a_component_without_grants_gets_nothing() {
        let bare = "spin_manifest_version = 2\n[[trigger.http]]\ncomponent = 'a'\n[component.a]\nsource = 'a.wasm'";
        let grants = Manifest::parse(bare).unwrap().resolve(&BTreeMap::new()).unwrap();
        assert!(grants.variables.is_empty() && grants.databases.is_empty());
        assert!(!grants.hosts.allows(&"https://example.com/".parse().unwrap()));
    }

    #[test]
    fn sqlite_is_left_out_on_request() {
        let manifest = Manifest::parse(HUB).unwrap().without_sqlite();
        assert!(manifest.resolve(&values(&[("region", "8080")])).unwrap().databases.is_empty());
    }

    #[test]
    fn a_refusal_names_the_variable() {
        assert!(refusal(HUB, &[]).contains("`region` is required"));
        assert!(refusal(HUB, &[("region", "1"), ("tokn", "t")]).contains("`tokn` is not declared"));
        assert!(
            refusal(&HUB.replace("{{ token }}", "{{ tokn }}"), &[("region", "1")]).contains("`tokn` is not declared")
        );
        assert!(refusal(&HUB.replace("{{ token }}", "{{ token }"), &[("region", "1")]).contains("no closing }}"));
        assert!(refusal(&HUB.replace("required = true", "secret = true"), &[]).contains("`region` needs a default"));
        assert!(refusal(&HUB.replace("required = true", "required = true, default = ''"), &[]).contains("drop one"));
    }

    #[test]
    fn other_manifests_are_refused() {
        assert!(refusal("spin_version = '1'", &[]).contains("not a Spin manifest"));
        assert!(refusal(&HUB.replace("version = 2", "version = 3"), &[]).contains("is 3"));
        assert!(
            refusal(&HUB.replace("[[trigger.http]]", "[[trigger.redis]]"), &[]).contains("must name one component")
        );
        assert!(refusal(&HUB.replace("component = \"hub\"", "component = \"web\""), &[]).contains("[component.web]"));
        let two = format!("{HUB}\n[[trigger.http]]\nroute = '/o'\ncomponent = 'other'");
        assert!(refusal(&two, &[]).contains("only one"));
    }
}
