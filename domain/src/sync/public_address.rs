//! Addresses that somebody typed into a screen: only https to hosts of the public internet, so that no admin of a tenant
//! makes the host talk to its own network. What the operator sets at the command line is the operator's affair.
//!
//! They are looked at when they are entered, and again whenever they are connected: a name may be pointed elsewhere in
//! between, so the addresses that were looked at are those that are connected. Redirects are never followed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::client;

const LOOK_UP: Duration = Duration::from_secs(5);

/// Why an address is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotPublic {
    #[error("base URL: {0}")]
    Address(String),
    #[error("base URL: must begin with https://")]
    NoTls,
    #[error("base URL: the host's name cannot be found")]
    Unknown,
    #[error("base URL: must be a host of the public internet")]
    Private,
}

/// Refuses what is no https address, and any host of which one address is not public.
pub async fn check(text: &str) -> Result<(), NotPublic> {
    let url = client::base_url(text).map_err(|error| NotPublic::Address(reason(&error.to_string())))?;
    if url.scheme() != "https" {
        return Err(NotPublic::NoTls);
    }
    look_up(bare(url.host_str().ok_or(NotPublic::Unknown)?)).await.map(|_| ())
}

/// Whether the host is written as an address that is not public: no name is looked up for it.
pub(super) fn is_private_literal(url: &Url) -> bool {
    url.host_str().is_some_and(|host| bare(host).parse().is_ok_and(|address| !is_public(address)))
}

/// Finds names for a client that connects to public addresses only.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = look_up(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// All addresses of a host; none may lie outside of the public internet.
async fn look_up(host: &str) -> Result<Vec<SocketAddr>, NotPublic> {
    // The connection brings its own port.
    let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((host, 0))).await;
    let found: Vec<SocketAddr> = found.map_err(|_| NotPublic::Unknown)?.map_err(|_| NotPublic::Unknown)?.collect();
    match found.is_empty() {
        true => Err(NotPublic::Unknown),
        false if found.iter().all(|found| is_public(found.ip())) => Ok(found),
        false => Err(NotPublic::Private),
    }
}

/// An IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn reason(text: &str) -> String {
    text.strip_prefix("base URL: ").unwrap_or(text).to_owned()
}

/// Whether an address is reached over the public internet: not this machine, its networks, or a range set aside.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let set_aside = matches!(
        (a, b, c),
        (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) | (224..=255, ..)
    );
    !(set_aside || v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_documentation())
}

/// Global unicast is 2000::/3; in it lie documentation, Teredo and 6to4, which carry other addresses inside.
fn is_public_v6(v6: Ipv6Addr) -> bool {
    if let Some(v4) = v6.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [first, second, ..] = v6.segments();
    let global = (0x2000..0x4000).contains(&first);
    let set_aside = matches!((first, second), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    global && !set_aside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_its_networks_and_ranges_set_aside_are_not_public() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn an_address_is_checked_however_it_is_written() {
        for (text, refusal) in [
            ("http://1.1.1.1/api/v1", NotPublic::NoTls),
            ("https://127.0.0.1/api/v1", NotPublic::Private),
            ("https://2130706433/", NotPublic::Private),
            ("https://0x7f.1/", NotPublic::Private),
            ("https://[::ffff:a00:1]/", NotPublic::Private),
            ("https://localhost/", NotPublic::Private),
        ] {
            assert_eq!(check(text).await, Err(refusal), "{text}");
        }
        assert!(matches!(check("ftp://1.1.1.1").await, Err(NotPublic::Address(_))));
        assert_eq!(check("https://1.1.1.1/api/v1").await, Ok(()));
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_not_connected() {
        assert_eq!(look_up("localhost").await, Err(NotPublic::Private));
        let found = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert!(found.is_err_and(|error| error.downcast_ref() == Some(&NotPublic::Private)));
        for (text, private) in [
            ("https://[::1]/", true),
            ("https://10.0.0.1/", true),
            ("https://1.1.1.1/", false),
            ("https://a.example/", false),
        ] {
            assert_eq!(is_private_literal(&text.parse().unwrap()), private, "{text}");
        }
    }
}
