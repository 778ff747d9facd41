//! PostgreSQL in the chart: several hubs on one database.

use super::rendered::{CHART, containers, name, of_kind, pod, render, texts};
use super::tools::{helm, output, refusal};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

const CLUSTER: [&str; 2] = ["--set", "database.cluster.enabled=true,database.cluster.backup.objectStore=store"];
/// Connections for the default number of pods in either host.
const ENOUGH: &str = "database.cluster.maxConnections=778";
const ELSEWHERE: [&str; 4] = [
    "--set",
    "database.urlSecret.name=db,database.host=postgres://db.example.org:5432",
    "--set",
    "networkPolicy.database[0].ipBlock.cidr=203.0.113.0/24",
];

/// The hub, which has to be a Deployment.
fn hub(objects: &[Value]) -> Result<&Value> {
    ensure!(of_kind(objects, "StatefulSet").is_empty());
    let found = of_kind(objects, "Deployment").into_iter().find(|it| it["metadata"]["name"] == "reuse-surface");
    found.context("no Deployment")
}

fn variable(objects: &[Value], name: &str) -> Result<Value> {
    let container = &containers(pod(hub(objects)?).context("no pod")?)[0];
    let found = container["env"].as_array().context("no env")?.iter().find(|it| it["name"] == name);
    Ok(found.with_context(|| format!("no {name}"))?.clone())
}

#[test]
fn hubs_on_one_database_have_no_volume_and_are_replaced_without_a_gap() -> Result<()> {
    for arguments in [&CLUSTER[..], &ELSEWHERE[..]] {
        let objects = render(arguments)?;
        let spec = &hub(&objects)?["spec"];
        ensure!(spec["replicas"] == 3 && spec["volumeClaimTemplates"].is_null());
        ensure!(spec["strategy"]["rollingUpdate"] == json!({"maxUnavailable": 0, "maxSurge": 1}), "{spec}");
        let pod = &spec["template"]["spec"];
        let path = |probe: &str| pod["containers"][0][probe]["httpGet"]["path"].as_str().unwrap_or_default();
        ensure!(path("startupProbe") == "/health", "a pod that cannot use the database would replace one that can");
        ensure!(path("readinessProbe") == "/health/live" && path("livenessProbe") == "/health/live");
        let topologies = pod["topologySpreadConstraints"].as_array().context("not spread")?;
        let keys: Vec<_> = topologies.iter().filter_map(|it| it["topologyKey"].as_str()).collect();
        ensure!(keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"], "{keys:?}");
        ensure!(pod["volumes"][0] == json!({"name": "data", "emptyDir": {"sizeLimit": "256Mi"}}), "{pod}");
        ensure!(of_kind(&objects, "PersistentVolumeClaim").is_empty() && of_kind(&objects, "CronJob").is_empty());
        let budget = &of_kind(&objects, "PodDisruptionBudget")[0]["spec"];
        ensure!(budget["maxUnavailable"] == 1 && budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow", "{budget}");
        let selector = &budget["selector"]["matchLabels"];
        ensure!(selector == &spec["selector"]["matchLabels"], "{selector}");
    }
    let one = render(&[&CLUSTER[..], &["--set", "database.replicas=1"]].concat())?;
    ensure!(of_kind(&one, "PodDisruptionBudget").is_empty(), "it would keep a node from being drained");
    Ok(())
}

#[test]
fn the_url_and_the_authority_come_from_secrets_under_either_host() -> Result<()> {
    let secret = |name: &str, key: &str| json!({"secretKeyRef": {"name": name, "key": key}});
    for (prefix, host) in [("REUSE_SURFACE_", "host=serve"), ("SPIN_VARIABLE_", "host=spin")] {
        let own = render(&[&CLUSTER[..], &["--set", host, "--set", ENOUGH]].concat())?;
        let other = render(&[&ELSEWHERE[..], &["--set", host, "--set", "database.caSecret.name=ca"]].concat())?;
        let from = |objects: &[Value], name: &str| -> Result<Value> {
            Ok(variable(objects, &format!("{prefix}{name}"))?["valueFrom"].clone())
        };
        ensure!(from(&own, "DATABASE_URL")? == secret("reuse-surface-database-app", "uri"));
        ensure!(from(&own, "DATABASE_CA")? == secret("reuse-surface-database-ca", "ca.crt"));
        ensure!(from(&other, "DATABASE_URL")? == secret("db", "uri"));
        ensure!(from(&other, "DATABASE_CA")? == secret("ca", "ca.crt"));
    }
    let granted = |arguments: &[&str]| -> Result<Value> {
        let objects = render(&[arguments, &["--set", "host=spin"]].concat())?;
        Ok(variable(&objects, "SPIN_VARIABLE_DATABASE_HOST")?["value"].clone())
    };
    // CloudNativePG writes `postgresql://…@reuse-surface-database-rw.reuse-surface:5432/…` into `uri` of its Secret.
    ensure!(
        granted(&[&CLUSTER[..], &["--set", ENOUGH]].concat())?
            == "postgres://reuse-surface-database-rw.reuse-surface:5432"
    );
    ensure!(granted(&ELSEWHERE)? == "postgres://db.example.org:5432");
    Ok(())
}

#[test]
fn the_cluster_loses_no_acknowledged_write_and_orders_texts_by_their_bytes() -> Result<()> {
    let objects = render(&CLUSTER)?;
    let cluster = of_kind(&objects, "Cluster")[0];
    ensure!(cluster["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep");
    let spec = &cluster["spec"];
    let synchronous = json!({"method": "any", "number": 1, "dataDurability": "required"});
    ensure!(spec["instances"] == 3 && spec["postgresql"]["synchronous"] == synchronous, "{spec}");
    let initdb = &spec["bootstrap"]["initdb"];
    ensure!(initdb["encoding"] == "UTF8" && initdb["localeCollate"] == "C" && initdb["localeCType"] == "C");
    ensure!(spec["plugins"][0]["parameters"]["barmanObjectName"] == "store");
    let backup = of_kind(&objects, "ScheduledBackup")[0];
    ensure!(backup["spec"]["cluster"]["name"] == cluster["metadata"]["name"], "{}", name(backup));
    // A single instance has no standby to wait for.
    let one = render(&["--set", "database.cluster.enabled=true,database.cluster.instances=1"])?;
    ensure!(of_kind(&one, "Cluster")[0]["spec"]["postgresql"]["synchronous"].is_null());
    ensure!(of_kind(&one, "ScheduledBackup").is_empty(), "nobody said where to");
    Ok(())
}

#[test]
fn a_job_fills_the_database_while_no_hub_runs() -> Result<()> {
    let filling = ["--set", "database.replicas=0,database.migrateFrom=data-reuse-surface-0"];
    let objects = render(&[&CLUSTER[..], &filling].concat())?;
    let job = of_kind(&objects, "Job")[0];
    let spec = &pod(job).context("no pod")?["spec"];
    let container = &spec["containers"][0];
    ensure!(texts(&container["args"]) == ["migrate", "--from=sqlite:/data/reuse-surface.db", "--to=postgres"]);
    ensure!(container["env"][0]["valueFrom"]["secretKeyRef"]["name"] == "reuse-surface-database-app", "{container}");
    ensure!(spec["volumes"][0]["persistentVolumeClaim"]["claimName"] == "data-reuse-surface-0");
    ensure!(hub(&objects)?["spec"]["replicas"] == 0);
    let policies = of_kind(&objects, "NetworkPolicy");
    let jobs = policies.iter().find(|it| it["metadata"]["name"] == "reuse-surface-jobs").context("no policy")?;
    ensure!(jobs["spec"]["egress"].to_string().contains("cnpg.io/cluster"), "{jobs}");
    Ok(())
}

#[test]
fn the_hub_reaches_its_database_and_the_connections_are_enough() -> Result<()> {
    for (arguments, peer) in [
        (&CLUSTER[..], json!({"podSelector": {"matchLabels": {"cnpg.io/cluster": "reuse-surface-database"}}})),
        (&ELSEWHERE[..], json!({"ipBlock": {"cidr": "203.0.113.0/24"}})),
    ] {
        let objects = render(arguments)?;
        let policies = of_kind(&objects, "NetworkPolicy");
        let hub = policies.iter().find(|it| it["metadata"]["name"] == "reuse-surface").context("no policy")?;
        let rule = json!({"ports": [{"port": 5432, "protocol": "TCP"}], "to": [peer]});
        ensure!(hub["spec"]["egress"].as_array().is_some_and(|rules| rules.contains(&rule)), "{hub:#}");
        ensure!(texts(&hub["spec"]["policyTypes"]) == ["Ingress", "Egress"]);
    }
    for (values, complaint) in [
        ("database.urlSecret.name=db", "networkPolicy.database"),
        ("database.urlSecret.name=db,networkPolicy.enabled=false,host=spin", "database.host"),
        ("database.cluster.enabled=true,database.replicas=12", "needs up to 418 connections"),
        ("database.cluster.enabled=true,host=spin", "needs up to 778 connections"),
        ("database.cluster.enabled=true,database.migrateFrom=data-reuse-surface-0", "database.replicas has to be 0"),
        ("database.url=postgres://u:p@h/d", "url"),
    ] {
        let said = refusal(helm()?.args(["template", "reuse-surface", CHART, "--set", values]))?;
        ensure!(said.contains(complaint), "{values}: {said}");
    }
    Ok(())
}

#[test]
fn the_notes_name_the_workload_and_say_who_makes_the_backups() -> Result<()> {
    let backups_off = ["--set", "backup.enabled=false"];
    let without_store = ["--set", "database.cluster.enabled=true"];
    for (arguments, workload, missing) in [
        (&[][..], "statefulset/reuse-surface", None),
        (&backups_off, "statefulset/reuse-surface", Some("There are no backups")),
        (&CLUSTER, "deployment/reuse-surface", None),
        (&without_store, "deployment/reuse-surface", Some("no backups of PostgreSQL")),
        (&ELSEWHERE, "deployment/reuse-surface", Some("no backups of PostgreSQL")),
    ] {
        let install = ["install", "reuse-surface", CHART, "--dry-run=client"];
        let printed = output(helm()?.args(install).args(arguments))?;
        let (_, notes) = printed.split_once("NOTES:").context("no notes")?;
        ensure!(notes.contains(&format!("rollout status {workload}\n")), "{notes}");
        let said = missing.map_or(!notes.contains("backups"), |missing| notes.contains(missing));
        ensure!(said, "{arguments:?}: {notes}");
    }
    Ok(())
}
