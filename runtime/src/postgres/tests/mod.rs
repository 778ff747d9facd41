//! Tests the semantics of Spin's PostgreSQL that the component relies on, and those in which this pool is stricter, on a real server.

mod pooled;

use super::pool::{Address, Lease, Servers};
use crate::allowed_hosts::AllowedHosts;
use crate::bindings::spin::postgres::postgres::{DbValue, Error, ParameterValue, QueryError};
use crate::budget::{Budget, Purpose};
use std::sync::Arc;
use throw_away_postgres::Server;

fn server() -> &'static Server {
    Server::shared().unwrap()
}

fn servers(grants: &[&str]) -> Servers {
    servers_within(grants, &Budget::new(1 << 30))
}

fn servers_within(grants: &[&str], budget: &Arc<Budget>) -> Servers {
    let grants: Vec<_> = grants.iter().map(|grant| (*grant).to_owned()).collect();
    Servers::new(Arc::new(AllowedHosts::parse(&grants).unwrap()), Arc::clone(budget))
}

fn anywhere() -> Servers {
    servers(&["postgres://*:*"])
}

fn plain(url: String) -> Address {
    Address { url, authority: None }
}

/// A schema of its own for each test, with a table `t` of one column.
struct Place {
    servers: Servers,
    url: String,
}

impl Place {
    async fn new() -> Self {
        let place = Self { servers: anywhere(), url: server().schema().unwrap() };
        done(&place.open().await, "CREATE TABLE t (v BIGINT)").await;
        place
    }

    async fn open(&self) -> Lease {
        self.servers.open(plain(self.url.clone())).await.unwrap()
    }

    /// All connections of the pool but one, so that the next to open gets the one that was given back last.
    async fn all_but_one(&self) -> Vec<Lease> {
        let mut leases = Vec::new();
        for _ in 0..7 {
            leases.push(self.open().await);
        }
        leases
    }
}

async fn done(lease: &Lease, sql: &str) {
    lease.execute(sql, &[]).await.unwrap();
}

async fn rows(lease: &Lease, sql: &str, parameters: &[ParameterValue]) -> Vec<Vec<DbValue>> {
    let outcome = lease.query(sql, parameters).await.unwrap();
    outcome.result.unwrap();
    outcome.rows
}

async fn number(lease: &Lease, sql: &str) -> i64 {
    match rows(lease, sql, &[]).await[0][0] {
        DbValue::Int64(number) => number,
        ref other => panic!("{sql} gives {other:?}"),
    }
}

async fn text(lease: &Lease, sql: &str) -> String {
    match &rows(lease, sql, &[]).await[0][0] {
        DbValue::Str(text) => text.clone(),
        other => panic!("{sql} gives {other:?}"),
    }
}

/// The error of a statement that fails, before its first row or after it.
async fn failure(lease: &Lease, sql: &str, parameters: &[ParameterValue]) -> Error {
    match lease.query(sql, parameters).await {
        Ok(outcome) => outcome.result.unwrap_err(),
        Err(error) => error,
    }
}

fn code(error: &Error) -> &str {
    match error {
        Error::QueryFailed(QueryError::DbError(error)) => &error.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_granted_hosts_are_reached() {
    let granted = format!("postgres://127.0.0.1:{}", server().port());
    let (granted, url) = (servers(&["https://*:*", "http://*:*", &granted]), server().url());
    number(&granted.open(plain(url.clone())).await.unwrap(), "SELECT 1::bigint").await;
    let other = servers(&["https://*:*", "http://*:*", "postgres://127.0.0.1", "postgres://"]);
    for (servers, url, why) in [
        (&other, url.clone(), "is not in allowed_outbound_hosts"),
        (&granted, format!("{url}&host=db.internal"), "postgres://db.internal"),
        (&granted, format!("{url}&hostaddr=127.0.0.1"), "`hostaddr` is not permitted"),
        (&granted, format!("host=127.0.0.1 hostaddr=10.0.0.1 port={} user=hub", server().port()), "`hostaddr`"),
        (&granted, "postgres:///hub".to_owned(), "names no host"),
        (&granted, "host=/run/postgresql user=hub".to_owned(), "Unix sockets"),
        (&granted, "mysql://127.0.0.1".to_owned(), "not usable"),
        (&granted, format!("{url}&unknown=1"), "not usable"),
    ] {
        let Some(Error::ConnectionFailed(refused)) = servers.open(plain(url.clone())).await.err() else {
            panic!("{url} is reached");
        };
        assert!(refused.contains(why), "{url}: {refused}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_an_error() {
    let url = "postgres://hub@127.0.0.1:1/hub".to_owned();
    let Some(Error::ConnectionFailed(why)) = anywhere().open(plain(url)).await.err() else { panic!("it opens") };
    assert!(why.contains("error connecting to server"), "{why}");
}

#[tokio::test]
async fn tls_is_verified() {
    let url = |host: &str| format!("host={host} port={} user=hub dbname=postgres sslmode=require", server().port());
    let with = |authority: &str| Address { url: url("localhost"), authority: Some(authority.to_owned()) };
    let lease = anywhere().open(with(server().certificate())).await.unwrap();
    assert_eq!(text(&lease, "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").await, "TLSv1.3");
    for (address, why) in [
        (plain(url("localhost")), "certificate"),
        (Address { url: url("127.0.0.2"), ..with(server().certificate()) }, ""),
    ] {
        let Some(Error::ConnectionFailed(refused)) = anywhere().open(address).await.err() else { panic!("it opens") };
        assert!(refused.contains(why), "{refused}");
    }
    assert!(matches!(anywhere().open(with("-----BEGIN CERTIFICATE-----")).await.err(), Some(Error::Other(_))));
}

#[tokio::test]
async fn values_come_back_as_they_were() {
    let lease = Place::new().await.open().await;
    let sql =
        "SELECT $1::boolean, $2::smallint, $3::int, $4::bigint, $5::real, $6::float8, $7::text, $8::bytea, $9::bigint";
    let parameters = [
        ParameterValue::Boolean(true),
        ParameterValue::Int16(-2),
        ParameterValue::Int32(3),
        ParameterValue::Int64(i64::MIN),
        ParameterValue::Floating32(0.5),
        ParameterValue::Floating64(-0.25),
        ParameterValue::Str("ä".to_owned()),
        ParameterValue::Binary(vec![0, 255]),
        ParameterValue::DbNull,
    ];
    let expected = "[Boolean(true), Int16(-2), Int32(3), Int64(-9223372036854775808), Floating32(0.5), \
        Floating64(-0.25), Str(\"ä\"), Binary([0, 255]), DbNull]";
    let values: Vec<String> = rows(&lease, sql, &parameters).await[0]
        .iter()
        .map(|value| format!("{value:?}").replace("DbValue::", ""))
        .collect();
    assert_eq!(format!("[{}]", values.join(", ")), expected);
    let outcome = lease.query("SELECT 1::bigint AS n, '{}'::jsonb AS j", &[]).await.unwrap();
    let names: Vec<_> = outcome.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["n", "j"]);
    assert!(matches!(&outcome.rows[0][1], DbValue::Unsupported(bytes) if bytes == b"\x01{}"));
}

#[tokio::test]
async fn a_statement_says_how_many_rows_it_affected() {
    let lease = Place::new().await.open().await;
    assert_eq!(lease.execute("INSERT INTO t VALUES (1), (2), (3)", &[]).await.unwrap(), 3);
    assert_eq!(lease.execute("DELETE FROM t WHERE v > $1", &[ParameterValue::Int64(1)]).await.unwrap(), 2);
}

#[tokio::test]
async fn errors_have_the_code_of_the_server() {
    let lease = Place::new().await.open().await;
    done(&lease, "CREATE UNIQUE INDEX once ON t (v)").await;
    done(&lease, "INSERT INTO t VALUES (1)").await;
    assert_eq!(code(&failure(&lease, "INSERT INTO t VALUES (1)", &[]).await), "23505");
    assert_eq!(code(&failure(&lease, "SELECT 1 / v - 1 FROM (SELECT 0 AS v) x", &[]).await), "22012");
    assert_eq!(code(&failure(&lease, "SELEC", &[]).await), "42601");
    let wrong = failure(&lease, "SELECT v FROM t WHERE v = $1", &[ParameterValue::Int32(1)]).await;
    assert!(matches!(wrong, Error::QueryFailed(QueryError::Text(_))), "{wrong:?}");
    let missing = failure(&lease, "SELECT v FROM t WHERE v = $1", &[]).await;
    assert!(matches!(missing, Error::BadParameter(_)), "{missing:?}");
    let other = failure(&lease, "SELECT $1::uuid", &[ParameterValue::Uuid(String::new())]).await;
    assert!(matches!(other, Error::BadParameter(_)), "{other:?}");
    assert_eq!(number(&lease, "SELECT v FROM t").await, 1);
}

#[tokio::test]
async fn a_changed_table_is_noticed() {
    let place = Place::new().await;
    let lease = place.open().await;
    done(&lease, "INSERT INTO t VALUES (1)").await;
    assert_eq!(rows(&lease, "SELECT * FROM t", &[]).await[0].len(), 1);
    done(&place.open().await, "ALTER TABLE t ADD COLUMN w BIGINT").await;
    assert_eq!(code(&failure(&lease, "SELECT * FROM t", &[]).await), "0A000");
    assert_eq!(rows(&lease, "SELECT * FROM t", &[]).await[0].len(), 2);
}

#[tokio::test]
async fn a_result_has_a_bound() {
    let lease = Place::new().await.open().await;
    let huge = "SELECT repeat('x', 1000000) FROM generate_series(1, 100)";
    let Error::Other(why) = failure(&lease, huge, &[]).await else { panic!("another error") };
    assert!(why.contains("read it in pages"), "{why}");
    assert_eq!(number(&lease, "SELECT 1::bigint").await, 1, "the connection is still of use");
}

#[tokio::test]
async fn rows_of_all_statements_share_one_budget() {
    let budget = Budget::new(4 << 20);
    let servers = servers_within(&["postgres://*:*"], &budget);
    let lease = servers.open(plain(server().url())).await.unwrap();
    let large = "SELECT repeat('x', 600000)";
    let first = lease.query(large, &[]).await.unwrap();
    first.result.as_ref().unwrap();
    assert!(budget.used_for(Purpose::Rows) > 600_000);
    let Error::Other(why) = failure(&lease, large, &[]).await else { panic!("another error") };
    assert!(why.contains("no memory left"), "{why}");
    drop(first);
    lease.query(large, &[]).await.unwrap().result.unwrap();
    assert_eq!(budget.used_for(Purpose::Rows), 0);
}
