//! What is said of EPS said of 5GS: the rules are written once, in the words of EPS, and both systems walk the same path. Here
//! stand what 5GS calls the nodes, keys, timers and messages, and where its specifications say the same.

use crate::report::Finding;

/// Words that stand alone: EPS's, then those of 5GS.
const WORDS: &[(&str, &str)] = &[
    ("MME", "AMF"),
    ("MMEs", "AMFs"),
    ("eNB", "gNB"),
    ("eNBs", "gNBs"),
    ("HSS", "UDM"),
    ("HSSs", "UDMs"),
    ("EMM", "5GMM"),
    ("ESM", "5GSM"),
    ("KASME", "KAMF"),
    ("KSIASME", "ngKSI"),
    ("KSI", "ngKSI"),
    ("KeNB", "KgNB"),
    ("GUTI", "5G-GUTI"),
    ("S1AP", "NGAP"),
    ("S1", "N2"),
    ("S6a", "N12 and N13"),
    ("LTE", "5G"),
    ("EPS", "5GS"),
    ("E-UTRAN", "5GS"),
    ("T3410", "T3510"),
    ("T3417", "T3517"),
    ("T3422", "T3522"),
    ("T3430", "T3510"),
    ("T3450", "T3550"),
    ("T3460", "T3560"),
    ("T3470", "T3570"),
    ("ATTACH", "REGISTRATION"),
    ("DETACH", "DEREGISTRATION"),
    ("attach", "registration"),
    ("attached", "registered"),
    ("detach", "deregistration"),
];

/// Words of 5G AKA alone: EAP-AKA' answers with the USIM's own RES (TS 33.501 6.1.3.1, 6.1.3.2).
const OF_5G_AKA: &[(&str, &str)] = &[("XRES", "XRES*"), ("RES", "RES*")];

/// Beginnings of words with a number behind: `EIA2`, `128-EEA1`.
const NUMBERED: &[(&str, &str)] = &[
    ("128-EIA", "128-NIA"),
    ("128-EEA", "128-NEA"),
    ("EIA", "NIA"),
    ("EEA", "NEA"),
];

/// Terms of more than one word.
const TERMS: &[(&str, &str)] = &[
    ("UE network capability", "UE security capability"),
    ("TRACKING AREA UPDATE", "REGISTRATION"),
    (
        "EMM cause #26: the AMF in AUTN",
        "5GMM cause #26: the authentication management field in AUTN",
    ),
    (
        "an AMF without the separation bit",
        "an authentication management field without the separation bit",
    ),
    (
        "Set AMF to 8000",
        "Set the authentication management field to 8000",
    ),
    ("with Requested-EUTRAN-Authentication-Info", "for a vector of 5GS"),
    ("S6a is", "N12 and N13 are"),
    (
        "Update Location, session creation",
        "registration at the UDM, subscription data",
    ),
    ("in Re-Synchronization-Info", "in resynchronizationInfo"),
];

/// Clauses: where EPS's specification says it, and that of 5GS.
const CLAUSES: &[(&str, &str)] = &[
    ("TS 24.301 4.4.2.3", "TS 24.501 4.4.2.5"),
    ("TS 24.301 5.4.2.2", "TS 24.501 5.4.1.3.2"),
    ("TS 24.301 5.4.2.4", "TS 24.501 5.4.1.3.4"),
    ("TS 24.301 5.4.2.5", "TS 24.501 5.4.1.3.5"),
    ("TS 24.301 5.4.2.6", "TS 24.501 5.4.1.3.6"),
    ("TS 24.301 5.4.2.7 b", "TS 24.501 5.4.1.3.7 b"),
    ("TS 24.301 5.4.2.7 c", "TS 24.501 5.4.1.3.7 c"),
    ("TS 24.301 5.4.2.7 d", "TS 24.501 5.4.1.3.7 d"),
    ("TS 24.301 5.4.2.7 e", "TS 24.501 5.4.1.3.7 f"),
    ("TS 24.301 5.4.3.2", "TS 24.501 5.4.2.2"),
    ("TS 24.301 5.4.3.3", "TS 24.501 5.4.2.3"),
    ("TS 24.301 5.4.3.4", "TS 24.501 5.4.2.4"),
    ("TS 24.301 5.4.3.5", "TS 24.501 5.4.2.5"),
    ("TS 24.301 5.4.3.7 b", "TS 24.501 5.4.2.7 b"),
    ("TS 24.301 5.4.4.2", "TS 24.501 5.4.3.2"),
    ("TS 24.301 5.4.4.3", "TS 24.501 5.4.3.3"),
    ("TS 24.301 5.4.4.6 b", "TS 24.501 5.4.3.6 b"),
    ("TS 24.301 5.5.1.2.6 c", "TS 24.501 5.5.1.2.7 c"),
    ("TS 24.301 5.5.1.2.6", "TS 24.501 5.5.1.2.7"),
    ("TS 24.301 5.5.1.2.7", "TS 24.501 5.5.1.2.8"),
    ("TS 24.301 5.5.1.2.7 c", "TS 24.501 5.5.1.2.8 c"),
    ("TS 36.412 7", "TS 38.412 7"),
    ("TS 24.301 5.5.3.2.5", "TS 24.501 5.5.1.3.5"),
    ("TS 24.301 5.5.3.2.6 c", "TS 24.501 5.5.1.3.7 c"),
    ("TS 24.301 5.5.3.2.7 c", "TS 24.501 5.5.1.3.8 c"),
    ("TS 24.301 5.6.1.6 c", "TS 24.501 5.6.1.7 a"),
    ("TS 24.301 5.5.2.3", "TS 24.501 5.5.2.3"),
    ("TS 24.301 5.3.7b", "TS 24.501 5.3.20.2"),
    ("TS 24.301 5.7", "TS 24.501 5.4.6"),
    ("TS 24.301 6.5.1.4", "TS 24.501 6.4.1.4"),
    ("TS 24.301 9.9.3.9", "TS 24.501 9.11.3.2"),
    ("TS 33.401 5.1.1", "TS 33.501 5.2.5"),
    ("TS 33.401 5.1.3", "TS 33.501 5.5.1"),
    ("TS 33.401 5.1.3.1", "TS 33.501 5.5.1"),
    ("TS 33.401 5.1.4.1", "TS 33.501 5.5.2"),
    ("TS 33.401 6.1.1", "TS 33.501 6.1.3.2"),
    ("TS 33.401 6.1.2", "TS 33.501 6.1.3.2"),
    ("TS 33.401 6.5", "TS 33.501 6.4.5"),
    ("TS 33.401 7.2.4.3", "TS 33.501 6.7.1"),
    ("TS 33.401 7.2.4.4", "TS 33.501 6.7.2"),
    ("TS 33.401 8.1.1", "TS 33.501 6.4.3"),
    ("TS 33.401 15.2", "TS 33.501 10.2.2"),
    ("TS 33.401 B.2.1", "TS 33.501 D.3.1"),
    ("TS 33.401 A.2", "TS 33.501 A.7"),
    ("TS 33.401 A.7", "TS 33.501 A.8"),
    ("TS 36.413 8.3.1.3", "TS 38.413 8.3.1.3"),
    ("TS 36.413 8.3.2", "TS 38.413 8.3.2"),
    ("TS 36.413 8.3.3", "TS 38.413 8.3.3"),
    ("TS 36.413 8.6.2.4", "TS 38.413 8.6.4"),
    ("TS 36.413 8.7.2", "TS 38.413 8.7.5"),
    ("TS 36.413 8.7.3", "TS 38.413 8.7.1"),
    ("TS 36.413 8.7.3.3", "TS 38.413 8.7.1.3"),
    ("TS 36.331 5.3.8", "TS 38.331 5.3.8"),
];

/// Clauses that have the same number in both documents.
const SAME: &[(&str, &str)] = &[
    ("TS 24.301 4.4.2.1", "TS 24.501 4.4.2.1"),
    ("TS 24.301 4.4.3.1", "TS 24.501 4.4.3.1"),
    ("TS 24.301 4.4.3.2", "TS 24.501 4.4.3.2"),
    ("TS 24.301 4.4.3.3", "TS 24.501 4.4.3.3"),
    ("TS 24.301 4.4.3.5", "TS 24.501 4.4.3.5"),
    ("TS 24.301 4.4.4.2", "TS 24.501 4.4.4.2"),
    ("TS 24.301 4.4.4.3", "TS 24.501 4.4.4.3"),
    ("TS 24.301 4.4.5", "TS 24.501 4.4.5"),
    ("TS 24.301 5", "TS 24.501 5"),
    ("TS 24.301 5.3.1", "TS 24.501 5.3.1"),
    ("TS 24.301 10.2", "TS 24.501 10.2"),
    ("TS 24.301 5.5.1.2.4", "TS 24.501 5.5.1.2.4"),
    ("TS 24.301 5.5.1.2.5", "TS 24.501 5.5.1.2.5"),
    ("TS 24.301 5.6.1.5", "TS 24.501 5.6.1.5"),
    ("TS 24.301 7", "TS 24.501 7"),
    ("TS 24.301 9.3.1", "TS 24.501 9.3.1"),
    ("TS 24.301 Annex A", "TS 24.501 Annex A"),
    ("TS 24.301 A.1", "TS 24.501 A.1"),
    ("TS 24.301 A.2", "TS 24.501 A.2"),
    ("TS 24.301 A.3", "TS 24.501 A.3"),
    ("TS 24.301 A.4", "TS 24.501 A.4"),
    ("TS 24.301 A.5", "TS 24.501 A.5"),
];

/// A finding of EPS's rules as one of 5GS, where the UE was challenged in EAP or not.
pub(super) fn in_5gs(finding: &mut Finding, eap: bool) {
    let text = |eps: &str| text(eps, eap);
    finding.what = text(&finding.what);
    finding.next = text(&finding.next);
    for cause in &mut finding.causes {
        cause.why = text(&cause.why);
        cause.evidence = text(&cause.evidence);
    }
    finding.clause = clause(finding.clause);
}

/// Where 5GS says what a clause of EPS says. A clause that is the same in both (TS 24.301 4.4.3.1 and TS 24.501 4.4.3.1)
/// has its document exchanged; one of neither stays.
#[must_use]
pub(super) fn clause(eps: &'static str) -> &'static str {
    if let Some((_, fgs)) = CLAUSES.iter().find(|(known, _)| *known == eps) {
        return fgs;
    }
    SAME.iter()
        .find(|(known, _)| *known == eps)
        .map_or(eps, |(_, fgs)| fgs)
}

/// A text in the words of 5GS.
fn text(eps: &str, eap: bool) -> String {
    let mut terms = eps.to_owned();
    for (known, fgs) in TERMS {
        if terms.contains(known) {
            terms = terms.replace(known, fgs);
        }
    }
    let mut said = String::with_capacity(terms.len() + 16);
    let mut rest = terms.as_str();
    while !rest.is_empty() {
        let length = rest.find(is_boundary).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        said.push_str(&self::word(word, eap));
        let boundary = after.chars().next().map_or(0, char::len_utf8);
        said.push_str(&after[..boundary]);
        rest = &after[boundary..];
    }
    said
}

/// Words are of letters, digits, hyphens and stars.
fn is_boundary(character: char) -> bool {
    !(character.is_alphanumeric() || matches!(character, '-' | '*'))
}

fn word(eps: &str, eap: bool) -> String {
    let of_aka = OF_5G_AKA.iter().filter(|_| !eap);
    if let Some((_, fgs)) = WORDS.iter().chain(of_aka).find(|(known, _)| *known == eps) {
        return (*fgs).to_owned();
    }
    for (known, fgs) in NUMBERED {
        let number = eps.strip_prefix(known);
        if let Some(number) = number.filter(|number| number.chars().all(|digit| digit.is_ascii_digit())) {
            return format!("{fgs}{number}");
        }
    }
    eps.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::catalogue;

    #[test]
    fn nodes_timers_and_algorithms_have_their_names() {
        assert_eq!(
            text(
                "The MME's T3460 ran out (128-EIA2, EEA0); EMM cause #23, XRES, RES.",
                false
            ),
            "The AMF's T3560 ran out (128-NIA2, NEA0); 5GMM cause #23, XRES*, RES*."
        );
        assert_eq!(
            text("5G-GUTI, ngKSI 3, REGISTRATION REQUEST, AMF", false),
            "5G-GUTI, ngKSI 3, REGISTRATION REQUEST, AMF"
        );
    }

    /// No clause of NAS or the radio access network is left behind in EPS.
    #[test]
    fn every_clause_of_eps_has_one_of_5gs() {
        let of_eps = |clause: &str| {
            ["TS 24.301", "TS 36.", "TS 33.401"]
                .iter()
                .any(|of| clause.starts_with(of))
        };
        let left: Vec<_> = catalogue::ALL
            .iter()
            .filter(|chapter| chapter.title != "The HSS (S6a)")
            .flat_map(|chapter| chapter.codes)
            .filter(|code| of_eps(clause(code.clause)))
            .map(|code| (code.name, code.clause))
            .collect();
        assert!(left.is_empty(), "{left:#?}");
    }
}
