//! Dictionaries at run time: lookups for validating, describing and whoever needs a name.
//!
//! A dictionary is made once, of the built-in files and perhaps a user's. Names are unique over all its files: rules of
//! one file name AVPs of another, and a user's file may give rules to the AVPs of ours. An AVP, command or group that is
//! defined again replaces nothing: it is an error, so that a typing mistake does not change a known application.

use super::grammar;
use super::lines::{AvpType, DictionaryError, DictionaryFile, GrammarLine, Show};
use super::table::IdTable;
use crate::AvpId;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The most rules of one command or group: one bit each in the validator's memory. `Subscription-Data` has 53.
pub const MAX_RULES_PER_GRAMMAR: usize = 128;

/// The most rules of one command or group that must be counted: those with a bound other than none and one.
pub const MAX_COUNTED_RULES: usize = 8;

/// The most AVPs of one dictionary: an index has 16 bits.
pub const MAX_AVP_DEFINITIONS: usize = 60_000;

/// An AVP.
#[derive(Clone, Debug)]
pub struct AvpDefinition {
    /// Code, vendor and the flags a sender sets.
    pub id: AvpId,
    /// The specification's name.
    pub name: String,
    /// Data format.
    pub kind: AvpType,
    /// How people read the data.
    pub show: Show,
    values: Vec<(i32, String)>,
    closed: bool,
    group: Option<Grammar>,
}

impl AvpDefinition {
    /// The name of an enumerated value.
    #[must_use]
    pub fn value_name(&self, value: i32) -> Option<&str> {
        self.values
            .iter()
            .find(|row| row.0 == value)
            .map(|row| row.1.as_str())
    }

    /// Whether `value` may stand in the AVP: one of the list, or any if the list is open or there is none.
    #[must_use]
    pub fn allows(&self, value: i32) -> bool {
        !self.closed || self.values.iter().any(|row| row.0 == value)
    }

    /// What a Grouped AVP holds; without a definition, any AVPs.
    #[must_use]
    pub fn group(&self) -> Option<&Grammar> {
        self.group.as_ref()
    }
}

/// One AVP of a command or group (RFC 6733 3.2).
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The AVP.
    pub avp: AvpId,
    /// The fewest.
    pub minimum: u32,
    /// The most; `u32::MAX` without a bound.
    pub maximum: u32,
    definition: u16,
    counter: Option<u8>,
}

/// What the validator wants to know of an AVP, in one lookup.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) definition: u16,
    /// The rule, if the grammar names the AVP.
    pub(crate) rule: u8,
    pub(crate) occurs: Occurs,
    pub(crate) kind: AvpType,
    pub(crate) closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occurs {
    Once,
    Any,
    /// Counted in this counter.
    Counted(u8),
}

/// The AVPs of a command or group.
#[derive(Clone, Debug)]
pub struct Grammar {
    rules: Vec<Rule>,
    wildcard: bool,
    required: u128,
    counted: bool,
    table: IdTable<Slot>,
}

impl Grammar {
    /// The rules, in the specification's order, without the wildcard.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether `* [ AVP ]` ends the rules: AVPs they do not name may be there.
    #[must_use]
    pub fn wildcard(&self) -> bool {
        self.wildcard
    }

    /// One bit for each rule that must be there at least once.
    pub(crate) fn required(&self) -> u128 {
        self.required
    }

    #[inline]
    pub(crate) fn slot(&self, vendor_id: u32, code: u32) -> Option<Slot> {
        self.table.find(vendor_id, code)
    }

    /// The first rule with a counter below its minimum.
    #[inline]
    pub(crate) fn short_of(&self, counts: &[u32; MAX_COUNTED_RULES]) -> Option<&Rule> {
        if !self.counted {
            return None;
        }
        self.rules.iter().find(|rule| {
            rule.counter
                .is_some_and(|n| counts[usize::from(n)] < rule.minimum)
        })
    }
}

/// A command: a request or its answer.
#[derive(Clone, Debug)]
pub struct CommandDefinition {
    /// The specification's name, with `-Request` or `-Answer`.
    pub name: String,
    /// Command code.
    pub code: u32,
    /// Application-ID.
    pub application_id: u32,
    /// Whether it is the request.
    pub request: bool,
    /// Whether it may be proxied (PXY).
    pub proxiable: bool,
    grammar: Grammar,
}

impl CommandDefinition {
    /// The AVPs.
    #[must_use]
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }
}

/// AVPs, commands and applications.
#[derive(Clone, Debug)]
pub struct Dictionary {
    avps: Vec<AvpDefinition>,
    by_id: IdTable<Slot>,
    by_name: HashMap<String, u16>,
    commands: Vec<CommandDefinition>,
    by_command: IdTable<u32>,
    answer_message: Option<usize>,
    applications: Vec<(u32, String)>,
}

impl Dictionary {
    /// The dictionary of the built-in files.
    ///
    /// # Panics
    /// If a built-in file is wrong, which the build script and the tests rule out.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Dictionary> = OnceLock::new();
        BUILTIN.get_or_init(|| Self::of(super::FILES).expect("the built-in dictionaries are tested"))
    }

    /// The built-in dictionary and a user's file; `file` is its name for messages.
    ///
    /// # Errors
    /// What is wrong in the file, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, DictionaryError> {
        Self::extended(&[(file, text)])
    }

    /// The built-in dictionary and users' files: (name for messages, text).
    ///
    /// # Errors
    /// The first thing that is wrong, with its file and line.
    pub fn extended(files: &[(&str, &str)]) -> Result<Self, DictionaryError> {
        Self::of(&[super::FILES, files].concat())
    }

    /// A dictionary of these files alone: (name for messages, text).
    ///
    /// # Errors
    /// The first thing that is wrong, with its file and line.
    pub fn of(files: &[(&str, &str)]) -> Result<Self, DictionaryError> {
        let mut parsed = Vec::with_capacity(files.len());
        for (file, text) in files {
            parsed.push((*file, grammar::parse(file, text)?));
        }
        Builder::default().build(&parsed)
    }

    /// The AVP (vendor, code).
    #[must_use]
    pub fn avp(&self, vendor_id: u32, code: u32) -> Option<&AvpDefinition> {
        self.by_id
            .find(vendor_id, code)
            .map(|slot| &self.avps[usize::from(slot.definition)])
    }

    /// The AVP of a name.
    #[must_use]
    pub fn avp_named(&self, name: &str) -> Option<&AvpDefinition> {
        self.by_name
            .get(name)
            .map(|index| &self.avps[usize::from(*index)])
    }

    /// Every AVP.
    pub fn avps(&self) -> impl Iterator<Item = &AvpDefinition> {
        self.avps.iter()
    }

    /// A command of an application.
    #[must_use]
    pub fn command(&self, application_id: u32, code: u32, request: bool) -> Option<&CommandDefinition> {
        self.by_command
            .find(application_id, command_key(code, request))
            .map(|index| &self.commands[index as usize])
    }

    /// Every command.
    pub fn commands(&self) -> impl Iterator<Item = &CommandDefinition> {
        self.commands.iter()
    }

    /// What an answer with the E bit holds, whatever its command (RFC 6733 7.2).
    #[must_use]
    pub fn answer_message(&self) -> Option<&CommandDefinition> {
        self.answer_message.map(|index| &self.commands[index])
    }

    /// The name of an application that has commands here.
    #[must_use]
    pub fn application(&self, application_id: u32) -> Option<&str> {
        self.applications
            .iter()
            .find(|row| row.0 == application_id)
            .map(|row| row.1.as_str())
    }

    #[inline]
    pub(crate) fn slot(&self, vendor_id: u32, code: u32) -> Option<Slot> {
        self.by_id.find(vendor_id, code)
    }

    #[inline]
    pub(crate) fn definition(&self, slot: Slot) -> &AvpDefinition {
        &self.avps[usize::from(slot.definition)]
    }
}

#[derive(Default)]
struct Builder {
    avps: Vec<AvpDefinition>,
    by_name: HashMap<String, u16>,
    ids: HashMap<(u32, u32), u16>,
    commands: Vec<CommandDefinition>,
    by_command: HashMap<(u32, u32, bool), usize>,
}

fn wrong<T>(file: &str, line: usize, what: String) -> Result<T, DictionaryError> {
    Err(DictionaryError {
        file: file.to_owned(),
        line,
        what,
    })
}

impl Builder {
    fn build(mut self, files: &[(&str, DictionaryFile)]) -> Result<Dictionary, DictionaryError> {
        for (file, parsed) in files {
            self.add_avps(file, parsed)?;
        }
        for (file, parsed) in files {
            for name in &parsed.inherits {
                if !files.iter().any(|other| other.1.name == *name) {
                    return wrong(file, 1, format!("@inherits {name}: no dictionary has that name"));
                }
            }
            self.add_enums(file, parsed)?;
        }
        // Slots copy what an AVP is, so groups and commands come after the enumerations.
        for (file, parsed) in files {
            for line in &parsed.groups {
                self.add_group(file, line)?;
            }
        }
        let (mut applications, mut answer_message) = (Vec::new(), None);
        for (file, parsed) in files {
            for line in &parsed.messages {
                let Some(code) = line.code else {
                    answer_message = Some(self.commands.len());
                    self.push_command(file, line, 0, 0)?;
                    continue;
                };
                let index = self.commands.len();
                if self
                    .by_command
                    .insert((parsed.id, code, line.request), index)
                    .is_some()
                {
                    let what = format!(
                        "{}: command {code} of application {} is defined already",
                        line.name, parsed.id
                    );
                    return wrong(file, line.line, what);
                }
                self.push_command(file, line, code, parsed.id)?;
            }
            if !parsed.messages.is_empty()
                && applications.iter().all(|row: &(u32, String)| row.0 != parsed.id)
            {
                applications.push((parsed.id, parsed.name.clone()));
            }
        }
        let rows = self.avps.iter().enumerate();
        let by_id = IdTable::new(rows.map(|(n, avp)| {
            (
                (avp.id.vendor_id, avp.id.code),
                slot(n, avp, u8::MAX, Occurs::Any),
            )
        }));
        let rows = self.by_command.iter();
        let by_command =
            IdTable::new(rows.map(|(key, index)| ((key.0, command_key(key.1, key.2)), *index as u32)));
        let Self {
            avps,
            by_name,
            commands,
            ..
        } = self;
        Ok(Dictionary {
            avps,
            by_id,
            by_name,
            commands,
            by_command,
            answer_message,
            applications,
        })
    }

    fn add_avps(&mut self, file: &str, parsed: &DictionaryFile) -> Result<(), DictionaryError> {
        for line in &parsed.avps {
            let index = self.avps.len();
            if index >= MAX_AVP_DEFINITIONS {
                return wrong(file, line.line, format!("more than {MAX_AVP_DEFINITIONS} AVPs"));
            }
            if self.by_name.insert(line.name.clone(), index as u16).is_some() {
                return wrong(
                    file,
                    line.line,
                    format!("AVP {} is defined already; names are unique", line.name),
                );
            }
            if let Some(old) = self.ids.insert((line.vendor_id, line.code), index as u16) {
                let old = &self.avps[usize::from(old)].name;
                let what = format!(
                    "AVP code {} of vendor {} is {old} already",
                    line.code, line.vendor_id
                );
                return wrong(file, line.line, what);
            }
            self.avps.push(AvpDefinition {
                id: AvpId::new(line.code, line.vendor_id, line.mandatory),
                name: line.name.clone(),
                kind: line.kind,
                show: line.show,
                values: Vec::new(),
                closed: false,
                group: None,
            });
        }
        Ok(())
    }

    fn named(&self, file: &str, line: usize, name: &str) -> Result<u16, DictionaryError> {
        match self.by_name.get(name) {
            Some(index) => Ok(*index),
            None => wrong(
                file,
                line,
                format!("AVP {name} is in no @avp_types of the dictionaries"),
            ),
        }
    }

    fn add_enums(&mut self, file: &str, parsed: &DictionaryFile) -> Result<(), DictionaryError> {
        for line in &parsed.enums {
            let index = usize::from(self.named(file, line.line, &line.name)?);
            let avp = &mut self.avps[index];
            if !matches!(
                avp.kind,
                AvpType::Enumerated | AvpType::Unsigned32 | AvpType::Integer32
            ) {
                let what = format!(
                    "@enum {}: its type is {}, not Enumerated",
                    line.name,
                    avp.kind.name()
                );
                return wrong(file, line.line, what);
            }
            avp.values
                .extend(line.values.iter().map(|(name, value)| (*value, name.clone())));
            // A number with names is still a number: only the type Enumerated closes a list.
            avp.closed = !line.open && avp.kind == AvpType::Enumerated;
        }
        Ok(())
    }

    fn add_group(&mut self, file: &str, line: &GrammarLine) -> Result<(), DictionaryError> {
        let index = usize::from(self.named(file, line.line, &line.name)?);
        let avp = &self.avps[index];
        if avp.kind != AvpType::Grouped || Some(avp.id.code) != line.code {
            let (kind, code) = (avp.kind.name(), avp.id.code);
            let what = format!(
                "{}: @avp_types says {kind} with code {code}, not Grouped with this code",
                line.name
            );
            return wrong(file, line.line, what);
        }
        if avp.group.is_some() {
            return wrong(file, line.line, format!("group {} is defined already", line.name));
        }
        self.avps[index].group = Some(self.grammar(file, line)?);
        Ok(())
    }

    fn push_command(
        &mut self,
        file: &str,
        line: &GrammarLine,
        code: u32,
        id: u32,
    ) -> Result<(), DictionaryError> {
        let grammar = self.grammar(file, line)?;
        self.commands.push(CommandDefinition {
            name: line.name.clone(),
            code,
            application_id: id,
            request: line.request,
            proxiable: line.proxiable,
            grammar,
        });
        Ok(())
    }

    fn grammar(&self, file: &str, line: &GrammarLine) -> Result<Grammar, DictionaryError> {
        let (mut rules, mut slots, mut wildcard) = (Vec::<Rule>::new(), Vec::new(), false);
        let (mut required, mut counters) = (0u128, 0u8);
        for rule in &line.rules {
            if rule.name == "AVP" {
                wildcard = true;
                continue;
            }
            let definition = self.named(file, rule.line, &rule.name)?;
            let avp = &self.avps[usize::from(definition)];
            if rules.iter().any(|other| other.definition == definition) {
                return wrong(
                    file,
                    rule.line,
                    format!("{} stands twice in {}", rule.name, line.name),
                );
            }
            if rules.len() == MAX_RULES_PER_GRAMMAR {
                return wrong(
                    file,
                    rule.line,
                    format!("{} has more than {MAX_RULES_PER_GRAMMAR} rules", line.name),
                );
            }
            let occurs = match (rule.minimum, rule.maximum) {
                (0 | 1, 1) => Occurs::Once,
                (0 | 1, u32::MAX) => Occurs::Any,
                _ if usize::from(counters) == MAX_COUNTED_RULES => {
                    let what = format!("{} counts more than {MAX_COUNTED_RULES} AVPs", line.name);
                    return wrong(file, rule.line, what);
                }
                _ => {
                    counters += 1;
                    Occurs::Counted(counters - 1)
                }
            };
            let counter = if let Occurs::Counted(n) = occurs {
                Some(n)
            } else {
                None
            };
            required |= u128::from(rule.minimum > 0) << rules.len();
            let key = (avp.id.vendor_id, avp.id.code);
            slots.push((key, slot(usize::from(definition), avp, rules.len() as u8, occurs)));
            let (minimum, maximum) = (rule.minimum, rule.maximum);
            rules.push(Rule {
                avp: avp.id,
                minimum,
                maximum,
                definition,
                counter,
            });
        }
        Ok(Grammar {
            rules,
            wildcard,
            required,
            counted: counters > 0,
            table: IdTable::new(slots.into_iter()),
        })
    }
}

/// The key of a command beside its application: a command code has 24 bits.
fn command_key(code: u32, request: bool) -> u32 {
    code << 1 | u32::from(request)
}

fn slot(definition: usize, avp: &AvpDefinition, rule: u8, occurs: Occurs) -> Slot {
    Slot {
        definition: definition as u16,
        rule,
        occurs,
        kind: avp.kind,
        closed: avp.closed,
    }
}
