//! TriggerPoint and ServicePointTrigger (TS 29.228 B.2.2, B.2.3, Annex C; TS 23.218 5.2.3).

use super::Pattern;
use crate::code::enumerated;

enumerated! {
    /// SessionCase (TS 29.228 Annex E, tDirectionOfRequest).
    SessionCase {
        /// ORIGINATING_REGISTERED: from the served user. A REGISTER counts as this.
        ORIGINATING_REGISTERED = 0,
        /// TERMINATING_REGISTERED: to the served user.
        TERMINATING_REGISTERED = 1,
        /// TERMINATING_UNREGISTERED: to the served user, who is not registered.
        TERMINATING_UNREGISTERED = 2,
        /// ORIGINATING_UNREGISTERED: on behalf of the served user, who is not registered.
        ORIGINATING_UNREGISTERED = 3,
        /// ORIGINATING_CDIV: diverted by the served user.
        ORIGINATING_CDIV = 4,
    }
}

enumerated! {
    /// RegistrationType (TS 29.228 Annex E).
    RegistrationType {
        /// INITIAL_REGISTRATION.
        INITIAL_REGISTRATION = 0,
        /// RE-REGISTRATION.
        RE_REGISTRATION = 1,
        /// DE-REGISTRATION.
        DE_REGISTRATION = 2,
    }
}

/// What trigger points look at in a request.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a> {
    /// Method.
    pub method: &'a str,
    /// Request-URI.
    pub request_uri: &'a str,
    /// Every header field: name (long form) and value.
    pub headers: &'a [(&'a str, &'a str)],
    /// Which side of the session the served user is on.
    pub session_case: SessionCase,
    /// What a REGISTER is; none for other methods.
    pub registration: Option<RegistrationType>,
    /// The session description; empty if there is none.
    pub session_description: &'a str,
}

/// ConditionTypeCNF: how groups are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConditionType {
    /// Disjunctive (0): groups by OR, triggers of a group by AND.
    #[default]
    Dnf,
    /// Conjunctive (1): groups by AND, triggers of a group by OR.
    Cnf,
}

/// TriggerPoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    /// ConditionTypeCNF.
    pub condition_type: ConditionType,
    /// SPT.
    pub triggers: Vec<ServicePointTrigger>,
}

/// SPT: one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePointTrigger {
    /// ConditionNegated.
    pub negated: bool,
    /// Group: the groups it belongs to.
    pub groups: Vec<u32>,
    /// What it looks at.
    pub condition: Condition,
    /// RegistrationType of the extension: which REGISTERs are meant; none: all.
    pub registration_types: Vec<RegistrationType>,
}

/// What an SPT looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// RequestURI: an expression.
    RequestUri(Pattern),
    /// Method.
    Method(String),
    /// SIPHeader.
    Header {
        /// Header: a name, or an expression for names.
        name: Pattern,
        /// Content: an expression; none: the header is there.
        content: Option<Pattern>,
    },
    /// SessionCase.
    SessionCase(SessionCase),
    /// SessionDescription.
    SessionDescription {
        /// Line: the letter of a line, or an expression for it.
        line: Pattern,
        /// Content: an expression; none: the line is there.
        content: Option<Pattern>,
    },
    /// Nothing this schema knows: never met, negated or not.
    Unknown,
}

impl Trigger {
    /// Whether a request meets it (TS 29.228 B.2.2). Without any SPT nothing does.
    #[must_use]
    pub fn matches(&self, request: &RequestView<'_>) -> bool {
        let mut groups: Vec<u32> = self
            .triggers
            .iter()
            .flat_map(|t| t.groups.iter().copied())
            .collect();
        groups.sort_unstable();
        groups.dedup();
        let mut met: Vec<Option<bool>> = vec![None; self.triggers.len()];
        let mut of_group = |group: u32| -> bool {
            let mut members = self
                .triggers
                .iter()
                .enumerate()
                .filter(|(_, t)| t.groups.contains(&group));
            let mut is_met =
                |(i, t): (usize, &ServicePointTrigger)| *met[i].get_or_insert_with(|| t.matches(request));
            match self.condition_type {
                ConditionType::Cnf => members.any(&mut is_met),
                ConditionType::Dnf => members.all(&mut is_met),
            }
        };
        if groups.is_empty() {
            return false;
        }
        match self.condition_type {
            ConditionType::Cnf => groups.into_iter().all(&mut of_group),
            ConditionType::Dnf => groups.into_iter().any(&mut of_group),
        }
    }
}

impl ServicePointTrigger {
    /// A condition in one group.
    #[must_use]
    pub fn new(group: u32, condition: Condition) -> Self {
        Self {
            negated: false,
            groups: vec![group],
            condition,
            registration_types: Vec::new(),
        }
    }

    /// The same, negated.
    #[must_use]
    pub fn negate(mut self) -> Self {
        self.negated = !self.negated;
        self
    }

    /// Whether a request meets it.
    #[must_use]
    pub fn matches(&self, request: &RequestView<'_>) -> bool {
        if self.condition == Condition::Unknown {
            return false;
        }
        let registration = self.registration_types.is_empty()
            || request
                .registration
                .is_some_and(|kind| self.registration_types.contains(&kind));
        (self.condition.matches(request) && registration) != self.negated
    }
}

impl Condition {
    fn matches(&self, request: &RequestView<'_>) -> bool {
        match self {
            Self::RequestUri(expression) => expression.is_match(request.request_uri),
            // Methods are tokens, compared with regard to case (RFC 3261 7.1).
            Self::Method(method) => method == request.method,
            Self::Header { name, content } => request
                .headers
                .iter()
                .filter(|(found, _)| name.names(found))
                .any(|(_, value)| content.as_ref().is_none_or(|c| c.is_match(value))),
            Self::SessionCase(case) => *case == request.session_case,
            Self::SessionDescription { line, content } => request
                .session_description
                .lines()
                .filter_map(|text| text.split_once('='))
                .filter(|(letter, _)| line.names(letter))
                .any(|(_, value)| content.as_ref().is_none_or(|c| c.is_match(value))),
            Self::Unknown => false,
        }
    }
}
