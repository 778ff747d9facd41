//! Why there is no connection, from the words of the transport.

/// What only names the layer that failed: the cause beneath says more.
const LAYERS: [&str; 6] = [
    "client error (Connect)",
    "client error (SendRequest)",
    "connection error",
    "tcp connect error",
    "dns error",
    "error resolving DNS",
];

/// What a person can do something with; all of it if nothing else was said.
pub(super) fn telling(causes: Vec<String>) -> Vec<String> {
    let telling: Vec<String> = causes.iter().filter(|cause| !LAYERS.contains(&cause.as_str())).cloned().collect();
    if telling.is_empty() { causes } else { telling }
}

/// What to do about causes in the words of the transport; none if they say nothing that is known here.
pub(super) fn remedy(causes: &[String]) -> Option<&'static str> {
    let causes = causes.join(": ").to_lowercase();
    let known = [
        ("expired", "the hub's certificate has expired, or this machine's clock is wrong"),
        ("notvalidyet", "the hub's certificate is not valid yet, or this machine's clock is wrong"),
        ("notvalidforname", "the certificate is for another host: see whether the base URL has the right name"),
        ("not valid for name", "the certificate is for another host: see whether the base URL has the right name"),
        (
            "unknownissuer",
            "nobody that this machine trusts signed the certificate: set SSL_CERT_FILE to the authority's",
        ),
        ("corrupt message", "the port does not speak TLS: use http://, or the port of https"),
        ("certificate", "the certificate is not accepted: see its dates, its names and who signed it"),
        ("dns", "the name is not known: see whether the base URL is spelled right and this machine resolves names"),
        ("lookup", "the name is not known: see whether the base URL is spelled right and this machine resolves names"),
        ("refused", "nothing listens there: see whether the hub runs, and on which port"),
        ("unreachable", "there is no way to that machine: see the network, a VPN or a firewall"),
    ];
    known.into_iter().find(|(word, _)| causes.contains(word)).map(|(_, remedy)| remedy)
}
