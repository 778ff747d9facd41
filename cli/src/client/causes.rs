//! Why a connection failed, derived from the transport's error messages.

/// Messages that only name the layer that failed; the cause beneath says more.
const LAYERS: [&str; 6] = [
    "client error (Connect)",
    "client error (SendRequest)",
    "connection error",
    "tcp connect error",
    "dns error",
    "error resolving DNS",
];

/// Returns the useful causes, or all of them if none is useful.
pub(super) fn useful_causes(causes: Vec<String>) -> Vec<String> {
    let useful: Vec<String> = causes.iter().filter(|cause| !LAYERS.contains(&cause.as_str())).cloned().collect();
    if useful.is_empty() { causes } else { useful }
}

/// Returns what to do about causes from the transport; `None` if they are not recognised.
pub(super) fn remedy(causes: &[String]) -> Option<&'static str> {
    let causes = causes.join(": ").to_lowercase();
    let known = [
        ("expired", "the hub's certificate has expired, or this machine's clock is wrong"),
        ("notvalidyet", "the hub's certificate is not valid yet, or this machine's clock is wrong"),
        ("notvalidforname", "the certificate is for another host: check the host name in the base URL"),
        ("not valid for name", "the certificate is for another host: check the host name in the base URL"),
        (
            "unknownissuer",
            "the certificate was not issued by a CA that this machine trusts: set SSL_CERT_FILE to the CA's certificate",
        ),
        ("corrupt message", "the port does not use TLS: use http://, or the https port"),
        ("certificate", "the certificate was rejected: check its dates, its names and its issuer"),
        ("dns", "the host name cannot be resolved: check the spelling of the base URL and this machine's DNS"),
        ("lookup", "the host name cannot be resolved: check the spelling of the base URL and this machine's DNS"),
        ("refused", "nothing listens there: check whether the hub is running, and on which port"),
        ("unreachable", "the machine cannot be reached: check the network, a VPN or a firewall"),
    ];
    known.into_iter().find(|(word, _)| causes.contains(word)).map(|(_, remedy)| remedy)
}
