//! Which S-CSCF: the one the HSS names, or one that has what the HSS asks for (TS 29.228 6.1.1, 6.7; TS 24.229 5.3.1.2).

use quintet_cx::ServerCapabilities;

/// Most S-CSCFs that are tried for one request.
pub const MAX_CANDIDATES: usize = 8;

/// An S-CSCF of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scscf {
    /// Its SIP URI, as the HSS knows it.
    pub name: String,
    /// What it is able to do, by the operator's numbers (TS 29.229 6.3.5, 6.3.6).
    pub capabilities: Vec<u32>,
}

/// The S-CSCFs to try, the best first: those that the HSS names, then those with all mandatory capabilities, the more
/// optional ones the better. Equals take turns by `spread`.
#[must_use]
pub fn select(known: &[Scscf], wanted: &ServerCapabilities, spread: u64) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if names.len() < MAX_CANDIDATES && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    for name in &wanted.server_names {
        add(name);
    }
    let has = |scscf: &Scscf, capability: &u32| scscf.capabilities.contains(capability);
    let mut able: Vec<(usize, &Scscf)> = known
        .iter()
        .filter(|scscf| wanted.mandatory.iter().all(|capability| has(scscf, capability)))
        .map(|scscf| {
            let optional = wanted.optional.iter().filter(|capability| has(scscf, capability));
            (optional.count(), scscf)
        })
        .collect();
    able.sort_by_key(|(optional, _)| std::cmp::Reverse(*optional));
    for equals in able.chunk_by(|(a, _), (b, _)| a == b) {
        let turn = (spread % equals.len() as u64) as usize;
        for (_, scscf) in equals[turn..].iter().chain(&equals[..turn]) {
            add(&scscf.name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Vec<Scscf> {
        let of = |name: &str, capabilities: &[u32]| Scscf {
            name: name.to_owned(),
            capabilities: capabilities.to_vec(),
        };
        vec![
            of("sip:a", &[1]),
            of("sip:b", &[1, 2]),
            of("sip:c", &[1, 2, 3]),
            of("sip:d", &[1, 2]),
        ]
    }

    fn wanted(mandatory: &[u32], optional: &[u32]) -> ServerCapabilities {
        ServerCapabilities {
            mandatory: mandatory.to_vec(),
            optional: optional.to_vec(),
            server_names: Vec::new(),
        }
    }

    #[test]
    fn mandatory_decides_and_optional_orders() {
        let all = network();
        assert_eq!(select(&all, &wanted(&[3], &[]), 0), ["sip:c"]);
        assert_eq!(select(&all, &wanted(&[2], &[3]), 0), ["sip:c", "sip:b", "sip:d"]);
        assert!(select(&all, &wanted(&[4], &[]), 0).is_empty(), "none has it");
        assert!(
            select(&all, &wanted(&[1, 4], &[]), 0).is_empty(),
            "all of them, not one"
        );
    }

    #[test]
    fn equals_take_turns() {
        let all = network();
        assert_eq!(select(&all, &wanted(&[2], &[3]), 1), ["sip:c", "sip:d", "sip:b"]);
        assert_eq!(select(&all, &wanted(&[], &[]), 2)[0], "sip:c");
    }

    #[test]
    fn whom_the_hss_names_comes_first() {
        let mut named = wanted(&[3], &[]);
        named.server_names = vec!["sip:x".into(), "sip:c".into()];
        assert_eq!(select(&network(), &named, 0), ["sip:x", "sip:c"]);
    }
}
