//! Rust as tokens: just enough structure for the rules.
//!
//! A file is lexed by `proc-macro2` and walked once. No grammar is needed: a function is `fn name … { … }`, a module is
//! `mod name ;` or `mod name { … }`, an attribute is `# [ … ]`. The walk goes into macros and their definitions too.
//! Left out: a `mod` made by a macro, and a brace within a function's signature (a const generic argument), which would
//! end the function too early for its length.

use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree, token_stream};

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    /// Lines from `fn` to the closing brace.
    pub(super) lines: usize,
    /// `#[test]`, or a test of another crate's: `#[tokio::test]`.
    pub(super) test: bool,
    /// The first line of what belongs to it: its comment, its attributes.
    pub(super) from: usize,
}

impl Function {
    /// All of its lines, with the comment above it.
    pub(super) fn extent(&self) -> RangeInclusive<usize> {
        self.from..=self.line + self.lines.saturating_sub(1)
    }
}

/// A module, inline or in a file of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Module {
    pub(super) name: String,
    pub(super) line: usize,
    /// The inline modules around it, outermost first.
    pub(super) within: Vec<String>,
    pub(super) inline: bool,
    /// The value of `#[path = "…"]`.
    pub(super) path: Option<String>,
    /// Compiled for tests only: it or a module around it is `#[cfg(test)]`.
    pub(super) test: bool,
}

/// An attribute, outer or inner.
#[derive(Debug)]
pub(super) struct Attribute {
    /// `allow`, `expect`, `cfg_attr`, …
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) inner: bool,
    /// What stands between the square brackets.
    pub(super) tokens: TokenStream,
}

/// What the rules need to know of one file.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) lines: usize,
    /// Items that are compiled for tests only: their lines.
    pub(super) test_items: Vec<RangeInclusive<usize>>,
    /// Why the file is no Rust, if it is not.
    pub(super) damage: Option<(usize, String)>,
    pub(super) functions: Vec<Function>,
    pub(super) modules: Vec<Module>,
    pub(super) attributes: Vec<Attribute>,
    /// Invocations of macros: name and line.
    pub(super) macros: Vec<(String, usize)>,
    /// Files named by `include!`.
    pub(super) includes: Vec<String>,
}

impl Source {
    pub(super) fn lex(text: &str) -> Self {
        let mut source = Self {
            lines: text.lines().count(),
            ..Self::default()
        };
        match TokenStream::from_str(text) {
            Ok(tokens) => source.walk(tokens, &mut Vec::new(), false),
            Err(error) => source.damage = Some((line(error.span()), error.to_string())),
        }
        source
    }

    /// How many lines are compiled for tests only.
    pub(super) fn test_lines(&self) -> usize {
        self.test_items
            .iter()
            .map(|lines| lines.end() + 1 - lines.start())
            .sum()
    }

    fn walk(&mut self, tokens: TokenStream, within: &mut Vec<String>, test: bool) {
        let mut tokens = tokens.into_iter().peekable();
        // Attributes that belong to the item that follows.
        let mut path = None;
        let mut test_from = None;
        let mut item = Item::default();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    let Some(attribute) = next_attribute(&mut tokens, line(hash.span())) else {
                        continue;
                    };
                    if attribute.name == "path" {
                        path = string_value(&attribute.tokens);
                    }
                    if !attribute.inner && !test && is_cfg_test(&attribute) {
                        test_from = test_from.or(Some(attribute.line));
                    }
                    item.take(&attribute);
                    self.attributes.push(attribute);
                    continue;
                }
                TokenTree::Ident(word) if word == "mod" => {
                    let test = test || test_from.is_some();
                    if let Some(end) = self.module(&mut tokens, path.take(), within, test) {
                        self.close_test_item(&mut test_from, end);
                    }
                }
                TokenTree::Ident(word) if word == "fn" => {
                    let item = std::mem::take(&mut item);
                    self.function(&tokens, line(word.span()), &item);
                }
                TokenTree::Ident(word) => self.macro_call(&word.to_string(), line(word.span()), &tokens),
                TokenTree::Group(group) => {
                    let end = line(group.span_close());
                    let brace = group.delimiter() == Delimiter::Brace;
                    self.walk(group.stream(), within, test || test_from.is_some());
                    if brace {
                        self.close_test_item(&mut test_from, end);
                        (path, item) = (None, Item::default());
                    }
                }
                TokenTree::Punct(mark) if mark.as_char() == ';' => {
                    self.close_test_item(&mut test_from, line(mark.span()));
                    (path, item) = (None, Item::default());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// Counts the lines of an item below `#[cfg(test)]` once its end is seen.
    fn close_test_item(&mut self, from: &mut Option<usize>, end: usize) {
        if let Some(from) = from.take() {
            self.test_items.push(from..=end);
        }
    }

    /// Notes what follows `fn`, if it has a name. The tokens are only looked at; the walk goes into the body by itself.
    fn function(&mut self, tokens: &Tokens, start: usize, item: &Item) {
        let mut ahead = tokens.clone();
        if let Some(TokenTree::Ident(name)) = ahead.peek() {
            let name = name.to_string();
            let lines = function_end(ahead).map_or(0, |end| end + 1 - start);
            self.functions.push(Function {
                name,
                line: start,
                lines,
                test: item.test,
                from: item.from.unwrap_or(start),
            });
        }
    }

    /// Takes what follows `mod`; the line of its end, or `None` if this was no module.
    fn module(
        &mut self,
        tokens: &mut Tokens,
        path: Option<String>,
        within: &mut Vec<String>,
        test: bool,
    ) -> Option<usize> {
        let TokenTree::Ident(name) = tokens.next_if(|token| matches!(token, TokenTree::Ident(_)))? else {
            return None;
        };
        let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
        let end = tokens.next_if(|token| is_body(token) || is_end(token))?;
        let inline = is_body(&end);
        let (name, start) = (name.to_string(), line(name.span()));
        self.modules.push(Module {
            name: name.clone(),
            line: start,
            within: within.clone(),
            inline,
            path,
            test,
        });
        if let TokenTree::Group(body) = end {
            within.push(name);
            let end = line(body.span_close());
            self.walk(body.stream(), within, test);
            within.pop();
            Some(end)
        } else {
            Some(line(end.span()))
        }
    }

    /// Notes `word ! ( … )`. The tokens are only looked at; the walk goes into the group by itself.
    fn macro_call(&mut self, word: &str, at: usize, tokens: &Tokens) {
        let mut ahead = tokens.clone();
        let bang = matches!(ahead.next(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
        if !bang {
            return;
        }
        let Some(TokenTree::Group(arguments)) = ahead.next() else {
            return;
        };
        self.macros.push((word.to_owned(), at));
        if word == "include"
            && let Some(TokenTree::Literal(file)) = arguments.stream().into_iter().next()
        {
            self.includes.extend(unquoted(&file.to_string()));
        }
    }
}

/// What stands before an item and belongs to it.
#[derive(Default)]
struct Item {
    /// Its first line; `None` if nothing stands before it.
    from: Option<usize>,
    /// It is a test.
    test: bool,
}

impl Item {
    fn take(&mut self, attribute: &Attribute) {
        if !attribute.inner {
            self.from = self.from.or(Some(attribute.line));
            let words = || attribute.words();
            self.test |= attribute.name == "test"
                || attribute.name != "cfg" && words().get(1).is_some_and(|word| word == "test");
        }
    }
}

type Tokens = Peekable<token_stream::IntoIter>;

fn line(span: Span) -> usize {
    span.start().line
}

/// Takes the rest of an attribute after its `#`.
fn next_attribute(tokens: &mut Tokens, at: usize) -> Option<Attribute> {
    let inner = tokens
        .next_if(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == '!'))
        .is_some();
    let is_bracket = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
    let TokenTree::Group(group) = tokens.next_if(is_bracket)? else {
        return None;
    };
    let TokenTree::Ident(name) = group.stream().into_iter().next()? else {
        return None;
    };
    Some(Attribute {
        name: name.to_string(),
        line: at,
        inner,
        tokens: group.stream(),
    })
}

/// The line of the brace that closes the body of a function whose name comes next; `None` for a declaration.
fn function_end(tokens: Tokens) -> Option<usize> {
    for token in tokens {
        match token {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                return Some(line(body.span_close()));
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => return None,
            _ => {}
        }
    }
    None
}

/// Whether an attribute is `cfg(test)` or a conjunction that contains it.
fn is_cfg_test(attribute: &Attribute) -> bool {
    let mut words = Vec::new();
    collect_words(attribute.tokens.clone(), &mut words);
    attribute.name == "cfg"
        && words.iter().any(|word| word == "test")
        && !words.iter().any(|word| word == "not" || word == "any")
}

fn collect_words(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

impl Attribute {
    /// Whether it has a value or an argument called `name`: `reason = "…"`.
    pub(super) fn has_argument(&self, name: &str) -> bool {
        self.arguments()
            .is_some_and(|group| assigns(group.stream(), name))
    }

    /// Whether it is `name = …` as a whole.
    pub(super) fn has_value(&self) -> bool {
        assigns(self.tokens.clone(), &self.name)
    }

    /// The words among its arguments, at any depth.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        collect_words(self.tokens.clone(), &mut words);
        words
    }

    fn arguments(&self) -> Option<Group> {
        self.tokens.clone().into_iter().find_map(|token| match token {
            TokenTree::Group(group) => Some(group),
            _ => None,
        })
    }
}

/// Whether `name =` occurs at the top of the tokens.
fn assigns(tokens: TokenStream, name: &str) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.windows(2).any(|pair| {
        matches!(pair, [TokenTree::Ident(word), TokenTree::Punct(mark)] if word == name && mark.as_char() == '=')
    })
}

fn string_value(tokens: &TokenStream) -> Option<String> {
    tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Literal(literal) => unquoted(&literal.to_string()),
        _ => None,
    })
}

fn unquoted(literal: &str) -> Option<String> {
    Some(literal.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_also_in_macros() {
        let source = Source::lex("fn a() {\n}\nmake! { fn b() -> [u8; 4] {\n\n\n} }\ntrait T { fn c(); }\n");
        let found: Vec<_> = source
            .functions
            .iter()
            .map(|f| (f.name.as_str(), f.line, f.lines))
            .collect();
        assert_eq!(found, [("a", 1, 2), ("b", 3, 4), ("c", 7, 0)]);
    }

    #[test]
    fn tests_are_known_with_what_stands_above_them() {
        let source = Source::lex(
            "//! h\n/// c\n/// d\n#[test]\nfn a() {\n}\nfn b() {}\n#[cfg(test)]\nfn c() {}\n#[tokio::test]\nasync fn d() {}\n",
        );
        let found: Vec<_> = source
            .functions
            .iter()
            .map(|f| (f.name.as_str(), f.test, f.extent()))
            .collect();
        let expected = [
            ("a", true, 2..=6),
            ("b", false, 7..=7),
            ("c", false, 8..=9),
            ("d", true, 10..=11),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn modules_know_where_they_stand() {
        let source = Source::lex(
            "mod a;\nmod b { #[path = \"x.rs\"] mod c; }\n#[cfg(test)]\nmod tests {\nmod d;\n}\n",
        );
        let found: Vec<_> = source
            .modules
            .iter()
            .map(|m| {
                (
                    m.name.as_str(),
                    m.within.join("::"),
                    m.inline,
                    m.path.as_deref(),
                    m.test,
                )
            })
            .collect();
        let expected = [
            ("a", "", false, None, false),
            ("b", "", true, None, false),
            ("c", "b", false, Some("x.rs"), false),
            ("tests", "", true, None, true),
            ("d", "tests", false, None, true),
        ];
        assert_eq!(found, expected.map(|(n, w, i, p, t)| (n, w.to_owned(), i, p, t)));
        assert_eq!(source.test_lines(), 4);
    }

    #[test]
    fn only_conjunctions_of_test_are_test_code() {
        let source = Source::lex(
            "#[cfg(not(test))]\nfn a() {}\n#[cfg(any(test, fuzzing))]\nfn b() {}\n#[cfg(all(test, unix))]\nfn c() {\n}\n",
        );
        assert_eq!(source.test_lines(), 3);
    }

    #[test]
    fn comments_and_strings_are_no_code() {
        let source = Source::lex("// todo!()\nconst A: &str = \"todo!()\"; fn f() { todo!() }");
        assert_eq!(source.macros, [("todo".to_owned(), 2)]);
    }

    #[test]
    fn a_file_that_does_not_lex_says_so() {
        assert!(Source::lex("fn a() {\n").damage.is_some());
    }
}
