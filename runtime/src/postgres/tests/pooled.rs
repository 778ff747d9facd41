//! What the pool does between the users of a connection.

use super::{Place, code, done, failure, number, plain, server, text};

#[tokio::test]
async fn what_a_dropped_connection_left_open_is_rolled_back() {
    let place = Place::new().await;
    let others = place.all_but_one().await;
    let lease = place.open().await;
    let process = number(&lease, "SELECT pg_backend_pid()::bigint").await;
    done(&lease, "BEGIN").await;
    done(&lease, "INSERT INTO t VALUES (1)").await;
    drop(lease);
    let next = place.open().await;
    assert_eq!(number(&next, "SELECT pg_backend_pid()::bigint").await, process, "the same connection");
    assert_eq!(number(&next, "SELECT count(*) FROM t").await, 0);
    // Under Spin, this commits what the first one left.
    done(&next, "COMMIT").await;
    assert_eq!(number(&others[0], "SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn nothing_of_a_connection_reaches_the_next_user() {
    let place = Place::new().await;
    let _others = place.all_but_one().await;
    let altered =
        "SELECT count(*) + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
        + (SELECT count(*) FROM pg_listening_channels()) + (SELECT count(*) FROM pg_cursors WHERE name = 'leak')
        + CASE WHEN current_setting('statement_timeout') = '7s' THEN 1 ELSE 0 END
        FROM pg_class WHERE relname = 'leak' AND relpersistence = 't'";
    for alteration in [
        "CREATE TEMP TABLE leak (v BIGINT)",
        "SELECT pg_advisory_lock(7)",
        "LISTEN leak",
        "SET statement_timeout = '7s'",
        "DECLARE leak CURSOR WITH HOLD FOR SELECT 1",
    ] {
        let lease = place.open().await;
        done(&lease, alteration).await;
        assert_eq!(number(&lease, altered).await, 1, "{alteration}");
        drop(lease);
        assert_eq!(number(&place.open().await, altered).await, 0, "{alteration}");
    }
    let lease = place.open().await;
    assert!(text(&lease, "SHOW search_path").await.starts_with("test_"), "the settings of the address stay");
}

#[tokio::test]
async fn a_pool_has_a_bound_and_a_place_is_waited_for() {
    let place = Place::new().await;
    let mut leases = place.all_but_one().await;
    leases.push(place.open().await);
    let mut next = Box::pin(place.open());
    assert!(futures::poll!(&mut next).is_pending());
    leases.pop();
    number(&next.await, "SELECT 1::bigint").await;
}

#[tokio::test]
async fn a_place_is_waited_for_no_longer_than_seconds() {
    let place = Place::new().await;
    let mut leases = place.all_but_one().await;
    leases.push(place.open().await);
    let refused = place.servers.open(plain(place.url.clone())).await.err().unwrap();
    assert!(format!("{refused:?}").contains("no connection to the database in time"), "{refused:?}");
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_not_used_again() {
    let place = Place::new().await;
    let _others = place.all_but_one().await;
    let lease = place.open().await;
    let process = number(&lease, "SELECT pg_backend_pid()::bigint").await;
    server().run(&format!("SELECT pg_terminate_backend({process}, 5000)")).unwrap();
    failure(&lease, "SELECT 1::bigint", &[]).await;
    drop(lease);
    let next = place.open().await;
    assert_ne!(number(&next, "SELECT pg_backend_pid()::bigint").await, process);
}

#[tokio::test]
async fn a_server_that_accepts_no_writes_is_refused_where_the_url_demands_one_that_does() {
    let place = Place::new().await;
    let read_only = format!("{}%20-c%20default_transaction_read_only%3Don", place.url);
    assert_eq!(
        text(&place.servers.open(plain(read_only.clone())).await.unwrap(), "SHOW transaction_read_only").await,
        "on"
    );
    let demanding = |url: &str| plain(format!("{url}&target_session_attrs=read-write"));
    assert!(place.servers.open(demanding(&place.url)).await.is_ok());
    let refused = place.servers.open(demanding(&read_only)).await.err().map(|error| format!("{error:?}"));
    assert!(refused.as_ref().is_some_and(|refused| refused.contains("does not allow writes")), "{refused:?}");
}

#[tokio::test]
async fn a_server_that_became_a_standby_is_connected_to_anew() {
    let place = Place::new().await;
    let _others = place.all_but_one().await;
    let lease = place.open().await;
    let process = number(&lease, "SELECT pg_backend_pid()::bigint").await;
    done(&lease, "BEGIN READ ONLY").await;
    assert_eq!(code(&failure(&lease, "INSERT INTO t VALUES (1)", &[]).await), "25006");
    drop(lease);
    assert_ne!(number(&place.open().await, "SELECT pg_backend_pid()::bigint").await, process);
}
