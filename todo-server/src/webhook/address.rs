//! Which addresses may be called: those of the internet, and what the operator allows.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Networks of [IPv4](https://www.iana.org/assignments/iana-ipv4-special-registry) that are not the internet.
const SPECIAL_V4: [([u8; 4], u8); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];
/// Of [IPv6](https://www.iana.org/assignments/iana-ipv6-special-registry) only `2000::/3` is, and of that these are not.
const SPECIAL_V6: [([u16; 2], u8); 4] =
    [([0x2001, 0], 23), ([0x2001, 0xdb8], 32), ([0x2002, 0], 16), ([0x3fff, 0], 20)];

/// The addresses that may be called.
#[derive(Debug)]
pub(super) struct Allowed {
    networks: Vec<IpNet>,
}

impl Allowed {
    pub(super) fn new(networks: Vec<IpNet>) -> Self {
        Self { networks }
    }

    pub(super) fn has_networks(&self) -> bool {
        !self.networks.is_empty()
    }

    /// Whether the operator allows it, whatever it is.
    pub(super) fn by_operator(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    pub(super) fn reaches(&self, address: IpAddr) -> bool {
        self.by_operator(address)
            || match address.to_canonical() {
                IpAddr::V4(address) => is_internet_v4(address),
                IpAddr::V6(address) => is_internet_v6(address),
            }
    }
}

fn is_internet_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(network, length)| {
        Ipv4Net::new((*network).into(), *length).is_ok_and(|network| network.contains(&address))
    })
}

fn is_internet_v6(address: Ipv6Addr) -> bool {
    let within = |[first, second]: [u16; 2], length| {
        let network = Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0);
        Ipv6Net::new(network, length).is_ok_and(|network| network.contains(&address))
    };
    within([0x2000, 0], 3) && !SPECIAL_V6.iter().any(|(network, length)| within(*network, *length))
}

/// Looks names up, and knows none that lead to where nobody may go: looked at here, an address can't change between the
/// check and the call.
pub(super) struct Resolver {
    allowed: Arc<Allowed>,
    internet: bool,
}

impl Resolver {
    pub(super) fn new(allowed: Arc<Allowed>, internet: bool) -> Self {
        Self { allowed, internet }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, internet) = (Arc::clone(&self.allowed), self.internet);
        Box::pin(async move {
            let may = |address: &SocketAddr| {
                if internet { allowed.reaches(address.ip()) } else { allowed.by_operator(address.ip()) }
            };
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.filter(may).collect();
            if found.is_empty() {
                let why = format!("{} leads to an address that may not be called", name.as_str());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, why).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_internet_and_nothing_else_is_reached() {
        let allowed = Allowed::new(Vec::new());
        let reaches = |address: &str| allowed.reaches(address.parse().unwrap());
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(reaches(address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
        ] {
            assert!(!reaches(address), "{address}");
        }
    }
}
