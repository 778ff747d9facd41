use super::*;
use crate::digest::Digest;
use crate::source::Observation;

fn queue(urls: &[String]) -> Queue<usize> {
    let mut queue = Queue::default();
    urls.iter().enumerate().for_each(|(i, url)| queue.push(url, i));
    queue
}

/// Drains the queue, checking the limits at every step, and returns the order in which sources were fetched.
fn drain(mut queue: Queue<usize>) -> Vec<usize> {
    let (mut order, mut running) = (Vec::new(), VecDeque::new());
    loop {
        while let Some((host, source)) = queue.start() {
            order.push(source);
            running.push_back(host.clone());
            assert!(running.len() <= MAX_IN_FLIGHT);
            assert!(running.iter().filter(|h| **h == host).count() <= MAX_FETCHES_PER_HOST);
        }
        let Some(host) = running.pop_front() else { return order };
        queue.finish(&host);
    }
}

fn source(repo: &str, next_check_at: Option<Seconds>) -> (Registration, SourceRecord) {
    let document = serde_json::json!({"repo": repo, "url": "https://git.example.org/i", "domain": "d"});
    let record = SourceRecord { next_check_at, ..SourceRecord::default() };
    (Registration::from_value(&document).expect("valid"), record)
}

#[test]
fn plans_what_is_due_with_the_most_urgent_first() {
    let mut sources = vec![source("later", Some(101)), source("due", Some(90)), source("overdue", Some(10))];
    sources.extend([source("new", None), source("off", None), source("required", Some(100))]);
    sources[4].0.enabled = false;
    sources[5].0.required = true;
    let mut quiet = HostPauses::default();
    let of = |force, quiet: &HostPauses| {
        plan(sources.iter().map(|(registration, record)| (registration, record)), force, quiet, 100)
    };
    let rest = |not_due| Plan { not_due, disabled: vec![4], ..Plan::default() };
    assert_eq!(of(false, &quiet), Plan { fetch: vec![5, 3, 2, 1], ..rest(vec![0]) });
    assert_eq!(of(true, &quiet), Plan { fetch: vec![5, 3, 2, 1, 0], ..rest(vec![]) });
    quiet.add("https://git.example.org".to_owned(), 130);
    assert_eq!(of(false, &quiet), Plan { quiet: [1, 2, 3, 5].map(|i| (i, 130)).into(), ..rest(vec![0]) });
    assert_eq!(of(true, &quiet), Plan { fetch: vec![5, 3, 2, 1, 0], ..rest(vec![]) }, "a forced refresh");
}

#[test]
fn what_ended_a_refresh_comes_last_and_not_before_its_time() {
    let mut sources = [source("ended", None), source("ended-required", None), source("other", Some(99))];
    sources[1].0.required = true;
    for (registration, record) in &mut sources[..2] {
        record.observe(registration, Observation::Aborted { digest: Digest::of(b"x") }, 100, 0.0);
    }
    let of = |force, now| {
        plan(sources.iter().map(|(registration, record)| (registration, record)), force, &HostPauses::default(), now)
            .fetch
    };
    assert_eq!((of(false, 100), of(true, 100)), (vec![2], vec![2]));
    assert_eq!((of(false, 160), of(true, 160)), (vec![2, 1, 0], vec![2, 1, 0]));
}

/// A day with 500 repos on one git host, where 1 % of the indexes change every hour and the
/// hub checks every five minutes.
#[test]
fn asks_a_fraction_of_what_naive_polling_asks() {
    use crate::fetch::Validators;
    const REPOS: usize = 500;
    let mut sources: Vec<_> = (0..REPOS).map(|i| source(&format!("repo-{i}"), None)).collect();
    let mut contents = vec![0_u32; REPOS];
    let (mut rounds, mut requests, mut bodies, mut late) = (0, 0, 0, 0);
    for now in (0..24 * 3600).step_by(300) {
        rounds += 1;
        if now % 3600 == 0 {
            let hour = usize::try_from(now / 3600).expect("small");
            (0..REPOS / 100).for_each(|i| contents[(hour * 37 + i * 101) % REPOS] += 1);
        }
        let due = plan(
            sources.iter().map(|(registration, record)| (registration, record)),
            false,
            &HostPauses::default(),
            now,
        );
        for i in due.fetch {
            requests += 1;
            let (registration, record) = &mut sources[i];
            let digest = Digest::of(&contents[i].to_le_bytes());
            let observation = if record.checked.as_ref().is_some_and(|c| c.digest == digest) {
                Observation::Unchanged { validators: None, http_status: 304 }
            } else {
                bodies += 1;
                Observation::Valid { digest, capability_count: 1, validators: Validators::default() }
            };
            record.observe(registration, observation, now, i as f64 / REPOS as f64);
        }
        let known = |i: usize| sources[i].1.checked.as_ref().map(|c| c.digest.clone());
        late += (0..REPOS).filter(|&i| known(i) != Some(Digest::of(&contents[i].to_le_bytes()))).count();
    }
    let naive = rounds * REPOS;
    println!(
        "naive: {naive} requests with bodies; here: {requests} requests, {bodies} with bodies; {late} index-rounds late"
    );
    assert!(requests * 10 < naive, "{requests} of {naive} requests");
    assert!(bodies <= REPOS + 24 * REPOS / 100, "{bodies} bodies: every index once, and every change once");
    // A change is detected within its time to live plus a tenth: 13 to 14 checks.
    assert!(late <= 24 * REPOS / 100 * 14, "{late}");
}

/// The same day where every forge announces its pushes.
#[test]
fn asks_once_for_each_change_and_once_a_day_where_pushes_are_announced() {
    use crate::fetch::Validators;
    const REPOS: usize = 500;
    const DAYS: Seconds = 3;
    let mut sources: Vec<_> = (0..REPOS).map(|i| source(&format!("repo-{i}"), None)).collect();
    let mut contents = vec![0_u32; REPOS];
    let (mut requests, mut changes) = (0, 0);
    for now in (0..DAYS * 24 * 3600).step_by(300) {
        if now == 0 {
            sources.iter_mut().for_each(|(_, record)| record.announce(false, now));
        }
        if now % 3600 == 0 && now > 0 {
            let hour = usize::try_from(now / 3600).expect("small");
            for at in (0..REPOS / 100).map(|i| (hour * 37 + i * 101) % REPOS) {
                contents[at] += 1;
                changes += 1;
                sources[at].1.announce(true, now);
            }
        }
        let due = plan(sources.iter().map(|(r, record)| (r, record)), false, &HostPauses::default(), now);
        for i in due.fetch {
            requests += 1;
            let (registration, record) = &mut sources[i];
            let digest = Digest::of(&contents[i].to_le_bytes());
            let observation = match record.checked.as_ref().is_some_and(|c| c.digest == digest) {
                true => Observation::Unchanged { validators: None, http_status: 304 },
                false => Observation::Valid { digest, capability_count: 1, validators: Validators::default() },
            };
            record.observe(registration, observation, now, i as f64 / REPOS as f64);
        }
        let known = |i: usize| sources[i].1.checked.as_ref().map(|c| c.digest.clone());
        assert!((0..REPOS).all(|i| known(i) == Some(Digest::of(&contents[i].to_le_bytes()))), "at once");
    }
    println!("{changes} changes in {DAYS} days: {requests} requests");
    let sweeps = usize::try_from(DAYS).expect("small") * REPOS;
    assert!(requests <= sweeps + changes * 11 / 10, "{requests} for {changes} changes");
}

#[test]
fn a_host_that_asks_for_peace_gets_it() {
    let urls: Vec<_> =
        (0..20).map(|i| format!("https://{}.example.org/{i}", if i % 2 == 0 { "a" } else { "b" })).collect();
    let mut queue = queue(&urls);
    let (name, _) = queue.start().expect("something");
    assert_eq!(queue.defer(&name).len(), 9);
    queue.finish(&name);
    let rest: Vec<_> = std::iter::from_fn(|| queue.start()).collect();
    assert!(!rest.is_empty() && rest.iter().all(|(host, _)| *host != name));
}

#[test]
fn asks_everyone_once_within_the_bounds() {
    let one_host: Vec<_> = (0..500).map(|i| format!("https://git.example.org/{i}")).collect();
    let many_hosts: Vec<_> = (0..500).map(|i| format!("https://h{}.example.org:{}/{i}", i % 90, 443 + i % 2)).collect();
    for urls in [one_host, many_hosts] {
        let mut order = drain(queue(&urls));
        order.sort_unstable();
        assert_eq!(order, (0..500).collect::<Vec<_>>());
    }
}

#[test]
fn a_host_with_many_sources_does_not_keep_the_others_waiting() {
    let mut urls: Vec<_> = (0..100).map(|i| format!("https://busy.example.org/{i}")).collect();
    urls.push("https://small.example.org/".to_owned());
    let mut queue = queue(&urls);
    let first: Vec<_> = std::iter::from_fn(|| queue.start()).map(|(_, source)| source).collect();
    assert_eq!(first.len(), MAX_FETCHES_PER_HOST + 1);
    assert!(first.contains(&100));
}
